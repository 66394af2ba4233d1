import type { Caller } from '../identity/index.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `authenticateRequests`; every handler behind it may rely on it. */
    caller: Caller;
  }
  interface FastifyInstance {
    /** The address under which clients reach this listener, without a path; never taken from a request. */
    readonly externalUrl: string;
  }
}
