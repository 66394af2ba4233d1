import { ashlarError } from '@ashlar/core';
import type { FastifyInstance } from 'fastify';

import type { Registry } from '../registry.ts';
import { checkStores, type StoreCheck } from './store-health.ts';

/**
 * `/healthz`: the process answers. `/readyz`: it can read, and is not shutting down. When it cannot write, it says so
 * and stays ready: a load balancer that took it away would take the reads away as well.
 */
export function healthRoutes(app: FastifyInstance, registry: Registry, isDraining: () => boolean): void {
  app.get('/healthz', async () => ({ status: 'ok' }));
  app.get('/readyz', async (request, reply) => {
    const checks = isDraining() ? [] : await checkStores(registry, request.log);
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
