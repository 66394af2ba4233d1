import { limits } from '@ashlar/core';
import type { Logger } from 'pino';

import type { Config } from '../config/index.ts';
import { type Clock, systemClock } from '../gateway/clock.ts';
import { watchEventLoop } from '../gateway/event-loop.ts';
import { openFileLimit } from '../gateway/file-system.ts';
import { connectionsFor, limitConnections } from '../gateway/connection-limit.ts';
import type { ListenerLimits } from '../gateway/http.ts';
import { limitUnread } from '../gateway/unread-answers.ts';
import type { Registry } from '../registry.ts';
import { openDataFolder } from '../store/data-folder.ts';
import { ensureAdminToken } from './admin-token.ts';
import {
  keepCertificate,
  readCertificate,
  readCertificateFiles,
  type ServerCertificate,
} from './certificate.ts';
import { drain } from './drain.ts';
import { isEmpty, publishExamples } from './examples.ts';
import type { Sources } from './gauges.ts';
import { closeListeners, type ListenerUrls, openListeners } from './listen.ts';
import { createLogger } from './log.ts';
import { openLogOutput } from './log-output.ts';
import { measureCommands } from './measure-commands.ts';
import { createMetrics } from './metrics.ts';
import { openRegistry } from './open-registry.ts';
import { every } from './repeat.ts';
import { checkStores } from './store-health.ts';

export interface RunningServer {
  readonly registry: Registry;
  /** External addresses of the listeners that run. */
  readonly urls: Readonly<ListenerUrls>;
  /** The admin token, when this start made it. */
  readonly adminToken: string | undefined;
  readonly adminTokenFile: string;
  readonly localCa: ServerCertificate['localCa'];
  /** Addresses of the examples that this start published. */
  readonly examples: readonly string[];
  /** Looks for a renewed certificate now; the server also does by itself, each minute. */
  reload(): Promise<void>;
  /** Answers what is under way, for `shutdownGrace` seconds at most, and closes everything. */
  close(): Promise<void>;
}

export interface StartOptions {
  readonly clock?: Clock;
  readonly log?: Logger;
  /** For tests, which do not wait for a minute. */
  readonly limits?: Partial<ListenerLimits>;
}

/** Seconds between two looks for a renewed certificate. */
const certificateInterval = 60;
/** Milliseconds that the last log lines get when the server ends. */
const logPatience = 1000;

/**
 * Starts the server: data folder, stores, application, listeners. When one of them fails, those before it are closed.
 * @throws ASH-DATA-LOCKED ASH-DATA-FORMAT ASH-CONFIG ASH-LISTEN
 */
export async function startServer(config: Config, options: StartOptions = {}): Promise<RunningServer> {
  const { clock = systemClock } = options;
  const output = openLogOutput();
  const log = options.log ?? createLogger(config.logLevel, output);
  await using opened = new AsyncDisposableStack();
  opened.defer(async () => void (await output.flush(logPatience)));
  const files = await readCertificateFiles(config, clock);
  const folder = await openDataFolder(config.data);
  opened.defer(() => folder.close());
  // Loading the protocols takes as long as opening the stores, most of which another thread does.
  const [open, { createApp }] = await Promise.all([
    openRegistry(folder, config, clock, log),
    import('./app.ts'),
  ]);
  opened.defer(open.close);
  const eventLoop = watchEventLoop();
  opened.defer(() => eventLoop.stop());
  const takesExamples = config.examples !== undefined && !config.readOnly && (await isEmpty(open.registry));
  // Its thread starts while this one makes the application.
  if (takesExamples) open.registry.reader.prepare();
  const metrics = createMetrics(eventLoop);
  const registry = { ...open.registry, metadata: measureCommands(open.registry.metadata, metrics.commands) };
  const isFixed = config.readOnly && config.adminToken === undefined;
  const adminToken = isFixed ? undefined : await ensureAdminToken(registry, folder, config.adminToken);
  const certificate = files ?? (await readCertificate(config, folder.tls, clock));
  const urls: ListenerUrls = {};
  const state = { isDraining: false };
  const app = await createApp({
    registry,
    log,
    metrics,
    externalUrls: urls,
    isDraining: () => state.isDraining,
    trustedProxies: config.trustedProxies,
  });
  opened.defer(async () => await app.close());
  // Before anybody can ask for them.
  const examples = takesExamples ? await publishExamples(registry, config.examples) : [];
  const connections = limitConnections(config.maxConnections ?? connectionsFor(openFileLimit()), () =>
    metrics.refused.inc({ reason: 'connections' }),
  );
  const unread = limitUnread(limits.unreadAnswers.value, () => metrics.refused.inc({ reason: 'unread' }));
  const listeners = await openListeners(app, config, {
    certificate,
    urls,
    connections,
    unread,
    limits: options.limits,
  });
  opened.defer(async () => await closeListeners(listeners));
  const kept = keepCertificate({
    current: certificate,
    read: async () => await readCertificate(config, folder.tls, clock),
    listeners,
    log,
  });
  const timer = every(certificateInterval, kept.refresh);
  opened.defer(() => clearInterval(timer));
  Object.assign(metrics.sources, {
    certificateExpiry: kept.expiry,
    droppedLogLines: output.dropped,
    blobUsage: async () => await registry.blobs.usage?.(),
    // Not the measured one: looking should not be what is seen.
    storeChecks: async () => await checkStores(open.registry, log),
  } satisfies Sources);
  const everything = opened.move();
  return {
    registry,
    urls,
    adminToken,
    adminTokenFile: folder.adminToken,
    localCa: certificate?.localCa,
    examples,
    reload: kept.refresh,
    async close() {
      state.isDraining = true;
      await drain(listeners, metrics, config.shutdownGrace);
      await everything.disposeAsync();
    },
  };
}
