import type { FastifyInstance } from 'fastify';

import { anonymous } from '../identity/index.ts';
import type { Registry } from '../registry.ts';
import { signIn } from './limits.ts';
import './request.ts';

/** Makes every request of a protocol know its caller before anything else happens, also before its body is read. */
export function authenticateRequests(app: FastifyInstance, registry: Registry): void {
  app.decorateRequest('caller');
  app.addHook('onRequest', async (request, reply) => {
    // A refusal below is answered for an unknown caller.
    request.caller = anonymous;
    const { authorization } = request.headers;
    request.caller = await signIn(
      request,
      reply,
      authorization,
      async () => await registry.identity.authenticate(authorization),
    );
  });
}
