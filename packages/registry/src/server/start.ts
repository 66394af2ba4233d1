import { ashlarError } from '@ashlar/core';
import type { FastifyInstance } from 'fastify';
import type { Logger } from 'pino';

import { type Config, defaultExternalUrl, type ListenAddress } from '../config/index.ts';
import { type Clock, systemClock } from '../gateway/clock.ts';
import { type HttpListener, listenHttp } from '../gateway/http.ts';
import type { Registry } from '../registry.ts';
import { openDataFolder } from '../store/data-folder.ts';
import { ensureLocalCa, loadTlsFiles } from '../tls/index.ts';
import { ensureAdminToken } from './admin-token.ts';
import { createApp } from './app.ts';
import { publishExamples } from './examples.ts';
import { createLogger } from './log.ts';
import { createMetrics, type Metrics } from './metrics.ts';
import { openRegistry } from './open-registry.ts';

export interface RunningServer {
  readonly registry: Registry;
  /** External addresses of the listeners that run. */
  readonly urls: { readonly http?: string; readonly https?: string };
  /** The admin token, when this start made it. */
  readonly adminToken: string | undefined;
  readonly adminTokenFile: string;
  /** Under the local CA: its certificate, and the shell line that trusts it. */
  readonly localCa: { readonly path: string; readonly trustLine: string } | undefined;
  /** Addresses of the examples that this start published. */
  readonly examples: readonly string[];
  /** Answers what is under way, for `shutdownGrace` seconds at most, and closes everything. */
  close(): Promise<void>;
}

export interface StartOptions {
  readonly clock?: Clock;
  readonly log?: Logger;
}

interface ListenerOptions {
  readonly scheme: 'http' | 'https';
  readonly address: ListenAddress;
  readonly externalUrl: string | undefined;
  readonly tls?: { readonly cert: string; readonly key: string };
}

/**
 * Starts the server: data folder, stores, listeners.
 * @throws ASH-DATA-LOCKED ASH-DATA-FORMAT ASH-CONFIG ASH-LISTEN
 */
export async function startServer(config: Config, options: StartOptions = {}): Promise<RunningServer> {
  const clock = options.clock ?? systemClock;
  const log = options.log ?? createLogger(config.logLevel);
  const folder = await openDataFolder(config.data);
  const closers: (() => Promise<void> | void)[] = [() => folder.close()];
  const closeAll = async () => {
    for (const close of closers.toReversed()) await close();
  };
  try {
    const { registry, close } = await openRegistry(folder, config, clock);
    closers.push(close);
    const adminToken = await ensureAdminToken(registry, folder, config.adminToken);
    const tls = await readTls(config, folder.tls, clock);
    const urls: { http?: string; https?: string } = {};
    const state = { draining: false };
    const metrics = createMetrics();
    const app = await createApp({
      registry,
      log,
      metrics,
      externalUrls: urls,
      isDraining: () => state.draining,
    });
    closers.push(async () => await app.close());
    // Before anybody can ask for them.
    const examples = config.examples === undefined ? [] : await publishExamples(registry, config.examples);
    const listeners = await openListeners(app, listenersOf(config, tls), urls);
    closers.push(
      async () => void (await Promise.all(listeners.map(async (listener) => await listener.close()))),
    );
    return {
      registry,
      urls,
      adminToken,
      adminTokenFile: folder.adminToken,
      localCa: tls?.localCa,
      examples,
      async close() {
        state.draining = true;
        await settle(metrics, config.shutdownGrace, quietTime);
        for (const listener of listeners) listener.stop();
        await settle(metrics, config.shutdownGrace, 0);
        await closeAll();
      },
    };
  } catch (error) {
    await closeAll();
    throw error;
  }
}

interface Tls {
  readonly cert: string;
  readonly key: string;
  readonly localCa: RunningServer['localCa'];
}

async function readTls({ tls, ...config }: Config, folder: string, clock: Clock): Promise<Tls | undefined> {
  if (config.listenTls === undefined || tls.mode === 'off') return undefined;
  if (tls.mode === 'files') {
    return { ...(await loadTlsFiles(tls.cert, tls.key, { clock, names: tls.names })), localCa: undefined };
  }
  const hosts = [
    config.listen?.host,
    config.listenTls.host,
    hostOf(config.externalUrl),
    hostOf(config.externalUrlTls),
  ];
  const { cert, key, caPath, trustLine } = await ensureLocalCa(folder, {
    hosts: hosts.filter((host) => host !== undefined),
    clock,
  });
  return { cert, key, localCa: { path: caPath, trustLine } };
}

function hostOf(url: string | undefined): string | undefined {
  return url === undefined ? undefined : new URL(url).hostname;
}

function listenersOf(config: Config, tls: Tls | undefined): ListenerOptions[] {
  const { listen: http, listenTls: https, externalUrl, externalUrlTls } = config;
  return [
    ...(http ? [{ scheme: 'http' as const, address: http, externalUrl }] : []),
    ...(https && tls ? [{ scheme: 'https' as const, address: https, externalUrl: externalUrlTls, tls }] : []),
  ];
}

/** Opens the listeners one after another; when one cannot be opened, those before it are closed again. */
async function openListeners(
  app: FastifyInstance,
  all: readonly ListenerOptions[],
  urls: { http?: string; https?: string },
): Promise<HttpListener[]> {
  const opened: HttpListener[] = [];
  for (const options of all) {
    const { scheme, address, externalUrl } = options;
    try {
      const listener = await listen(app, options);
      opened.push(listener);
      urls[scheme] = externalUrl ?? defaultExternalUrl(scheme, { ...address, port: listener.port });
      app.log.info({ address: `${address.host}:${listener.port}`, url: urls[scheme] }, 'listening');
    } catch (error) {
      await Promise.all(opened.map(async (listener) => await listener.close()));
      throw error;
    }
  }
  return opened;
}

async function listen(app: FastifyInstance, { address, tls }: ListenerOptions): Promise<HttpListener> {
  try {
    return await listenHttp({
      ...address,
      ...(tls ? { tls } : {}),
      handler: (req, res) => app.routing(req, res),
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reasons: Record<string, string> = {
      EADDRINUSE: 'another program uses that port',
      EACCES: 'this user may not use that port',
      EADDRNOTAVAIL: 'this machine has no such address',
    };
    const params = { address: `${address.host}:${address.port}`, reason: reasons[code ?? ''] ?? message };
    throw ashlarError('ASH-LISTEN', params, { cause: error });
  }
}

/** Milliseconds without any request after which nobody is in the middle of something. */
const quietTime = 500;

/**
 * Waits until no request has been under way for `quiet` milliseconds, for `graceSeconds` at most. Until then clients go
 * on being answered: Terraform asks for a link first and then, on another connection, for the archive, and does not try
 * again.
 */
async function settle({ inFlight }: Metrics, graceSeconds: number, quiet: number): Promise<void> {
  const step = 50;
  let still = 0;
  for (let waited = 0; waited < graceSeconds * 1000; waited += step) {
    const busy = (await inFlight.get()).values.some(({ value }) => value > 0);
    if (!busy && still >= quiet) return;
    still = busy ? 0 : still + step;
    await new Promise((resolve) => setTimeout(resolve, step));
  }
}
