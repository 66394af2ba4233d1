import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry as MetricsRegistry } from 'prom-client';

import './route-table.ts';

/** Prometheus metrics of one server, over all its listeners. */
export interface Metrics {
  readonly registry: MetricsRegistry;
  observe(protocol: string, method: string, status: number, seconds: number): void;
  readonly inFlight: Gauge;
  /** How many requests were served so far; probes, and clients that were sent away, do not count. */
  served(): number;
}

export function createMetrics(): Metrics {
  const registry = new MetricsRegistry();
  collectDefaultMetrics({ register: registry, prefix: 'ashlar_' });
  const labelNames = ['protocol', 'method', 'status'] as const;
  const requests = new Counter({
    name: 'ashlar_http_requests_total',
    help: 'Requests answered',
    labelNames,
    registers: [registry],
  });
  const duration = new Histogram({
    name: 'ashlar_http_request_duration_seconds',
    help: 'Time to answer a request, body included',
    labelNames: ['protocol', 'method'] as const,
    buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
    registers: [registry],
  });
  const inFlight = new Gauge({
    name: 'ashlar_http_requests_in_flight',
    help: 'Requests being answered',
    registers: [registry],
  });
  let served = 0;
  return {
    registry,
    inFlight,
    served: () => served,
    observe(protocol, method, status, seconds) {
      if (protocol !== 'other' && status !== 503) served += 1;
      requests.inc({ protocol, method, status: `${Math.floor(status / 100)}xx` });
      duration.observe({ protocol, method }, seconds);
    },
  };
}

/** Which protocol a path belongs to; few values, so that the metrics stay small. */
export function protocolOf(url: string): string {
  if (url.startsWith('/v2')) return 'oci';
  if (url.startsWith('/v1/archives/')) return 'archive';
  if (url.startsWith('/v1/') || url.startsWith('/.well-known/') || url.startsWith('/oauth/'))
    return 'terraform';
  if (url.startsWith('/acr/') || url.startsWith('/oauth2/')) return 'acr';
  if (url.startsWith('/api/')) return 'api';
  return 'other';
}

export function metricsRoute(app: FastifyInstance, metrics: Metrics): void {
  app.get(
    '/metrics',
    { config: { permission: { kind: 'open' } } },
    async (_request, reply) =>
      await reply.type(metrics.registry.contentType).send(await metrics.registry.metrics()),
  );
}
