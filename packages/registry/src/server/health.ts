import { ashlarError } from '@ashlar/core';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';

import type { Registry } from '../registry.ts';
import './route-table.ts';

const open = { config: { permission: { kind: 'open' } } } as const;

/** `/healthz`: the process answers. `/readyz`: it also can read and write, and is not shutting down. */
export function healthRoutes(app: FastifyInstance, registry: Registry, isDraining: () => boolean): void {
  app.get('/healthz', open, async () => ({ status: 'ok' }));
  app.get('/readyz', open, async (request, reply) => {
    const problem = isDraining() ? 'it is shutting down' : await findProblem(registry, request.log);
    if (problem === undefined) return { status: 'ready' };
    const { code, message } = ashlarError('ASH-UNAVAILABLE', { reason: problem });
    return await reply
      .code(503)
      .header('retry-after', 5)
      .header('ashlar-error', code)
      .send({ code, message, requestId: request.id });
  });
}

/** Anybody may ask, so the details, which hold paths, are for the log. */
async function findProblem(
  { metadata, blobs }: Registry,
  log: FastifyBaseLogger,
): Promise<string | undefined> {
  const parts: [name: string, check: () => Promise<unknown>][] = [
    ['the metadata store cannot be read', async () => await metadata.query.listNamespaces(undefined)],
    // Changes nothing, but takes its turn with the writer.
    ['the metadata store cannot be written', async () => await metadata.command.touchTokens({ uses: [] })],
    ['the blob store cannot be written', async () => await blobs.check()],
  ];
  for (const [problem, check] of parts) {
    try {
      await check();
    } catch (error) {
      log.error({ err: error }, problem);
      return problem;
    }
  }
  return undefined;
}
