import { ashlarError } from '@ashlar/core';
import type { FastifyInstance } from 'fastify';

import type { Registry } from '../registry.ts';

/** `/healthz`: the process answers. `/readyz`: it also can read and write, and is not shutting down. */
export function healthRoutes(app: FastifyInstance, registry: Registry, isDraining: () => boolean): void {
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const problem = isDraining() ? 'it is shutting down' : await findProblem(registry);
    if (problem === undefined) return { status: 'ready' };
    const { code, message } = ashlarError('ASH-UNAVAILABLE', { reason: problem });
    return await reply.code(503).header('retry-after', 5).send({ code, message });
  });
}

async function findProblem(registry: Registry): Promise<string | undefined> {
  try {
    await registry.metadata.query.listNamespaces(undefined);
    await registry.blobs.check();
    return undefined;
  } catch (error) {
    return `its store does not work: ${(error as Error).message}`;
  }
}
