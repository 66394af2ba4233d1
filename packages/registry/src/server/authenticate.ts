import type { FastifyInstance } from 'fastify';

import { anonymous } from '../identity/index.ts';
import type { Registry } from '../registry.ts';
import './request.ts';

/** Makes every request of a protocol know its caller before anything else happens, also before its body is read. */
export function authenticateRequests(app: FastifyInstance, registry: Registry): void {
  app.decorateRequest('caller');
  app.addHook('onRequest', async (request) => {
    // A refusal below is answered for an unknown caller.
    request.caller = anonymous;
    request.caller = await registry.identity.authenticate(request.headers.authorization);
  });
}
