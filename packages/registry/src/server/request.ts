import type { Caller } from '../identity/index.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set by `authenticateRequests`; every handler behind it may rely on it. */
    caller: Caller;
    /** The address under which clients reach the listener of this request; never taken from the request itself. */
    readonly externalUrl: string;
  }
}
