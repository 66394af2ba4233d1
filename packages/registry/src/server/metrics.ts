import type { Socket } from 'node:net';

import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry as MetricsRegistry } from 'prom-client';

import { productVersion } from './product.ts';
import { gaugesOf, type Sources } from './gauges.ts';
import type { EventLoopWatch } from '../gateway/event-loop.ts';
import './route-table.ts';

/** Prometheus metrics of one server, over all its listeners. */
export interface Metrics {
  readonly registry: MetricsRegistry;
  observe(protocol: string, method: string, status: number, seconds: number): void;
  readonly inFlight: Gauge;
  /** Counts what went over a connection since it was last counted; protocols share connections one after another. */
  countBytes(protocol: string, socket: Socket): void;
  readonly commands: { readonly waiting: Gauge; readonly duration: Histogram };
  /** What is looked at whenever somebody asks for the metrics. */
  readonly sources: Sources;
  /** Requests and connections that were sent away; by `reason`: overload, rate, sign-in, connections, unread. */
  readonly refused: Counter<'reason'>;
  /** How many requests were served so far; probes, and clients that were sent away, do not count. */
  served(): number;
}

export function createMetrics(eventLoop: EventLoopWatch): Metrics {
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
  const [received, sent] = (['received', 'sent'] as const).map(
    (way) =>
      new Counter({
        name: `ashlar_http_${way}_bytes_total`,
        help: `Bytes ${way} over connections, headers included, counted when a request ends`,
        labelNames: ['protocol'] as const,
        registers: [registry],
      }),
  ) as [Counter, Counter];
  const counted = new WeakMap<Socket, { received: number; sent: number }>();
  const sources: Sources = {};
  buildInfo(registry);
  gaugesOf(sources, registry);
  const refused = new Counter({
    name: 'ashlar_refused_total',
    help: 'Requests and connections that were sent away so that the rest is served',
    labelNames: ['reason'] as const,
    registers: [registry],
  });
  for (const reason of ['overload', 'rate', 'sign-in', 'connections', 'unread']) refused.inc({ reason }, 0);
  measureEventLoop(registry, eventLoop);
  let served = 0;
  return {
    registry,
    inFlight,
    commands: commandMetrics(registry),
    sources,
    countBytes(protocol, socket) {
      const before = counted.get(socket) ?? { received: 0, sent: 0 };
      const now = { received: socket.bytesRead, sent: socket.bytesWritten };
      counted.set(socket, now);
      received.inc({ protocol }, Math.max(0, now.received - before.received));
      sent.inc({ protocol }, Math.max(0, now.sent - before.sent));
    },
    refused,
    served: () => served,
    observe(protocol, method, status, seconds) {
      if (protocol !== 'other' && status !== 503 && status !== 429) served += 1;
      requests.inc({ protocol, method, status: `${Math.floor(status / 100)}xx` });
      duration.observe({ protocol, method }, seconds);
    },
  };
}

function buildInfo(registry: MetricsRegistry): void {
  new Gauge({
    name: 'ashlar_build_info',
    help: 'Always 1; the label says which version runs',
    labelNames: ['version'] as const,
    registers: [registry],
  }).set({ version: productVersion }, 1);
}

function commandMetrics(registry: MetricsRegistry): Metrics['commands'] {
  return {
    waiting: new Gauge({
      name: 'ashlar_metadata_commands_waiting',
      help: 'Commands that wait for the writer of the metadata store, or are being written',
      registers: [registry],
    }),
    duration: new Histogram({
      name: 'ashlar_metadata_command_duration_seconds',
      help: 'Time until a command of the metadata store is on disk',
      buckets: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
      registers: [registry],
    }),
  };
}

function measureEventLoop(registry: MetricsRegistry, eventLoop: EventLoopWatch): void {
  const gauge = new Gauge({
    name: 'ashlar_event_loop_delay_seconds',
    help: 'How late the event loop was in the last ten to twenty seconds',
    labelNames: ['quantile'] as const,
    registers: [registry],
    collect() {
      const { p50, p99, max } = eventLoop.delay();
      gauge.set({ quantile: '0.5' }, p50);
      gauge.set({ quantile: '0.99' }, p99);
      gauge.set({ quantile: '1' }, max);
    },
  });
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
