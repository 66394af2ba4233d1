import { ashlarError } from '@ashlar/core';
import type { FastifyInstance } from 'fastify';

/** Seconds after which Terraform and OpenTofu try once more; enough for a restart. */
const retryAfter = 5;

/**
 * Sends clients away that begin while the server shuts down, so that those in the middle of an `init` come to its end:
 * an archive is asked for once, a list of versions twice. A client keeps its connection to the registry for all its
 * modules, so who comes on a new one and asks for versions has not begun; `retry-after` makes it wait for the server
 * that comes next.
 */
export function turnAwayNewcomers(app: FastifyInstance, isDraining: () => boolean): void {
  const known = new WeakSet<object>();
  app.addHook('onRequest', async (request, reply) => {
    const { socket } = request.raw;
    const begins = request.routeOptions.url?.endsWith('/versions') === true;
    if (!isDraining() || known.has(socket) || !begins) {
      known.add(socket);
      return;
    }
    const { code, message, status } = ashlarError('ASH-UNAVAILABLE', { reason: 'it is shutting down' });
    void reply.code(status).header('retry-after', retryAfter).header('connection', 'close');
    await reply.header('ashlar-error', code).send({ errors: [message] });
  });
}
