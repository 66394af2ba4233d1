import { ashlarError } from '@ashlar/core';
import type { FastifyInstance } from 'fastify';

import { type Config, defaultExternalUrl, type ListenAddress } from '../config/index.ts';
import type { ConnectionLimit } from '../gateway/connection-limit.ts';
import type { UnreadLimit } from '../gateway/unread-answers.ts';
import { type HttpListener, type ListenerLimits, listenHttp } from '../gateway/http.ts';
import type { ServerCertificate } from './certificate.ts';
import { malformedAnswer } from './malformed.ts';

/** The external addresses of the listeners that run. */
export interface ListenerUrls {
  http?: string;
  https?: string;
}

interface ListenerOptions {
  readonly scheme: 'http' | 'https';
  readonly address: ListenAddress;
  readonly externalUrl: string | undefined;
  readonly tls?: ServerCertificate;
}

interface ListenerParts {
  readonly certificate: ServerCertificate | undefined;
  /** Filled in as the listeners open. */
  readonly urls: ListenerUrls;
  readonly connections: ConnectionLimit;
  readonly unread: UnreadLimit;
  readonly limits?: Partial<ListenerLimits> | undefined;
}

/**
 * Opens the listeners that are configured, and notes their external addresses in `urls`. When one cannot be opened,
 * those before it are closed again.
 * @throws ASH-LISTEN
 */
export async function openListeners(
  app: FastifyInstance,
  config: Config,
  { certificate, urls, ...shared }: ListenerParts,
): Promise<HttpListener[]> {
  const opened: HttpListener[] = [];
  for (const options of listenersOf(config, certificate)) {
    const { scheme, address, externalUrl } = options;
    try {
      const listener = await listen(app, options, shared);
      opened.push(listener);
      urls[scheme] = externalUrl ?? defaultExternalUrl(scheme, { ...address, port: listener.port });
      app.log.info({ address: `${address.host}:${listener.port}`, url: urls[scheme] }, 'listening');
    } catch (error) {
      await closeListeners(opened);
      throw error;
    }
  }
  return opened;
}

export async function closeListeners(listeners: readonly HttpListener[]): Promise<void> {
  await Promise.all(listeners.map(async (listener) => await listener.close()));
}

function listenersOf(config: Config, tls: ServerCertificate | undefined): ListenerOptions[] {
  const { listen: http, listenTls: https, externalUrl, externalUrlTls } = config;
  return [
    ...(http ? [{ scheme: 'http' as const, address: http, externalUrl }] : []),
    ...(https && tls ? [{ scheme: 'https' as const, address: https, externalUrl: externalUrlTls, tls }] : []),
  ];
}

async function listen(
  app: FastifyInstance,
  { address, tls }: ListenerOptions,
  { connections, unread, limits }: Pick<ListenerParts, 'connections' | 'unread' | 'limits'>,
): Promise<HttpListener> {
  try {
    return await listenHttp({
      ...address,
      ...(tls ? { tls } : {}),
      connections,
      unread,
      ...(limits ? { limits } : {}),
      handler: (request, response) => app.routing(request, response),
      malformed: malformedAnswer,
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const params = { address: `${address.host}:${address.port}`, reason: reasons[code ?? ''] ?? message };
    throw ashlarError('ASH-LISTEN', params, { cause: error });
  }
}

const reasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another program uses that port',
  EACCES: 'this user may not use that port',
  EADDRNOTAVAIL: 'this machine has no such address',
};
