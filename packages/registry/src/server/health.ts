import { ashlarError } from '@ashlar/core';
import type { FastifyBaseLogger, FastifyInstance } from 'fastify';

import { monotonic } from '../gateway/clock.ts';
import type { Registry } from '../registry.ts';

/** `/healthz`: the process answers. `/readyz`: it also can read and write, and is not shutting down. */
export function healthRoutes(app: FastifyInstance, registry: Registry, isDraining: () => boolean): void {
  const problemNow = lookNowAndThen(findProblem);
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (request, reply) => {
    const problem = isDraining() ? 'it is shutting down' : await problemNow(registry, request.log);
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

/** Milliseconds for which the answer that all is well holds. */
const fineFor = 1000;

/** Looks once for all who ask at the same moment or soon after: looking writes to the disk, and anybody may ask. */
function lookNowAndThen(look: typeof findProblem): typeof findProblem {
  let looking: ReturnType<typeof findProblem> | undefined;
  let fineUntil = -Infinity;
  return async (registry, log) => {
    if (monotonic() < fineUntil) return undefined;
    looking ??= look(registry, log).finally(() => {
      looking = undefined;
    });
    const problem = await looking;
    if (problem === undefined) fineUntil = monotonic() + fineFor;
    return problem;
  };
}
