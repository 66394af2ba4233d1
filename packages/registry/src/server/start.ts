import type { Logger } from 'pino';

import type { Config } from '../config/index.ts';
import { type Clock, systemClock } from '../gateway/clock.ts';
import type { Registry } from '../registry.ts';
import { openDataFolder } from '../store/data-folder.ts';
import { ensureAdminToken } from './admin-token.ts';
import { readCertificate, type ServerCertificate } from './certificate.ts';
import { drain } from './drain.ts';
import { publishExamples } from './examples.ts';
import { closeListeners, type ListenerUrls, openListeners } from './listen.ts';
import { createLogger } from './log.ts';
import { createMetrics } from './metrics.ts';
import { openRegistry } from './open-registry.ts';

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
  /** Answers what is under way, for `shutdownGrace` seconds at most, and closes everything. */
  close(): Promise<void>;
}

export interface StartOptions {
  readonly clock?: Clock;
  readonly log?: Logger;
}

/**
 * Starts the server: data folder, stores, application, listeners. When one of them fails, those before it are closed.
 * @throws ASH-DATA-LOCKED ASH-DATA-FORMAT ASH-CONFIG ASH-LISTEN
 */
export async function startServer(config: Config, options: StartOptions = {}): Promise<RunningServer> {
  const { clock = systemClock, log = createLogger(config.logLevel) } = options;
  await using opened = new AsyncDisposableStack();
  const folder = await openDataFolder(config.data);
  opened.defer(() => folder.close());
  // Loading the protocols takes as long as opening the stores, most of which another thread does.
  const [{ registry, close }, { createApp }] = await Promise.all([
    openRegistry(folder, config, clock, log),
    import('./app.ts'),
  ]);
  opened.defer(close);
  const adminToken = await ensureAdminToken(registry, folder, config.adminToken);
  const certificate = await readCertificate(config, folder.tls, clock);
  const urls: ListenerUrls = {};
  const state = { isDraining: false };
  const metrics = createMetrics();
  const app = await createApp({
    registry,
    log,
    metrics,
    externalUrls: urls,
    isDraining: () => state.isDraining,
  });
  opened.defer(async () => await app.close());
  // Before anybody can ask for them.
  const examples = config.examples === undefined ? [] : await publishExamples(registry, config.examples);
  const listeners = await openListeners(app, config, certificate, urls);
  opened.defer(async () => await closeListeners(listeners));
  const everything = opened.move();
  return {
    registry,
    urls,
    adminToken,
    adminTokenFile: folder.adminToken,
    localCa: certificate?.localCa,
    examples,
    async close() {
      state.isDraining = true;
      await drain(listeners, metrics, config.shutdownGrace);
      await everything.disposeAsync();
    },
  };
}
