import { ashlarError } from '@ashlar/core';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';

import type { Registry } from '../registry.ts';
import type { MetadataStore } from '../store/metadata/index.ts';

/**
 * `/healthz`: the process answers. `/readyz`: it also can read and write, and is not shutting down. A server whose
 * database is away goes on serving what is published, so it stays ready and says what it cannot do.
 */
export function healthRoutes(app: FastifyInstance, registry: Registry, isDraining: () => boolean): void {
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (request, reply) => {
    const problem = isDraining() ? 'it is shutting down' : await findProblem(registry, request.log);
    if (problem === undefined) return { status: 'ready', ...degraded(registry) };
    const { code, message } = ashlarError('ASH-UNAVAILABLE', { reason: problem });
    return await reply
      .code(503)
      .header('retry-after', 5)
      .header('ashlar-error', code)
      .send({ code, message, requestId: request.id });
  });
}

function degraded({ metadata }: Registry): { degraded?: string } {
  const outage = metadata.outage();
  return outage === undefined ? {} : { degraded: `nothing can be published or changed: ${outage}` };
}

/** Anybody may ask, so the details, which hold paths, are for the log. */
async function findProblem(
  { metadata, blobs }: Registry,
  log: FastifyBaseLogger,
): Promise<string | undefined> {
  const parts: [name: string, check: () => Promise<unknown>][] = [
    ['the metadata store cannot be read', async () => await metadata.query.listNamespaces(undefined)],
    ['the metadata store cannot be written', async () => await checkWriting(metadata)],
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

async function checkWriting(metadata: MetadataStore): Promise<void> {
  try {
    // Changes nothing, but takes its turn with the writer.
    if (metadata.outage() === undefined) await metadata.command.touchTokens({ uses: [] });
  } catch (error) {
    if (metadata.outage() === undefined) throw error;
  }
}
