import { ashlarError } from '@ashlar/core';
import type { FastifyInstance } from 'fastify';

import { monotonic } from '../gateway/clock.ts';
import type { Registry } from '../registry.ts';
import { checkStores, type StoreCheck } from './store-health.ts';
import './route-table.ts';

const open = { config: { permission: { kind: 'open' } } } as const;

/**
 * `/healthz`: the process answers. `/readyz`: it can read, and is not shutting down. When it cannot write, it says so
 * and stays ready: a load balancer that took it away would take the reads away as well.
 */
export function healthRoutes(app: FastifyInstance, registry: Registry, isDraining: () => boolean): void {
  const checkNow = lookNowAndThen(checkStores);
  app.get('/healthz', open, async () => ({ status: 'ok' }));
  app.get('/readyz', open, async (request, reply) => {
    const checks = isDraining() ? [] : await checkNow(registry, request.log);
    const reason = isDraining() ? 'it is shutting down' : problemsOf(checks, 'read')[0];
    if (reason === undefined) {
      const problems = problemsOf(checks, 'write');
      return problems.length === 0 ? { status: 'ready' } : { status: 'degraded', problems };
    }
    const { code, message } = ashlarError('ASH-UNAVAILABLE', { reason });
    return await reply
      .code(503)
      .header('retry-after', 5)
      .header('ashlar-error', code)
      .send({ code, message, requestId: request.id });
  });
}

function problemsOf(checks: readonly StoreCheck[], operation: StoreCheck['operation']): string[] {
  return checks
    .filter((check) => check.operation === operation)
    .map(({ problem }) => problem)
    .filter((problem) => problem !== undefined);
}

/** Milliseconds for which the answer that all is well holds. */
const fineFor = 1000;

/** Looks once for all who ask at the same moment or soon after: looking writes to the disk, and anybody may ask. */
function lookNowAndThen(look: typeof checkStores): typeof checkStores {
  let looking: ReturnType<typeof checkStores> | undefined;
  let known: StoreCheck[] = [];
  let fineUntil = -Infinity;
  return async (registry, log) => {
    if (monotonic() < fineUntil) return known;
    looking ??= look(registry, log).finally(() => {
      looking = undefined;
    });
    known = await looking;
    if (known.every(({ problem }) => problem === undefined)) fineUntil = monotonic() + fineFor;
    return known;
  };
}
