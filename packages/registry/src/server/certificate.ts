import { X509Certificate } from 'node:crypto';

import type { Logger } from 'pino';

import type { Config } from '../config/index.ts';
import type { Clock } from '../gateway/clock.ts';
import type { HttpListener } from '../gateway/http.ts';
import { ensureLocalCa, loadTlsFiles } from '../tls/index.ts';

/** What the https listener shows. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
  /** Under the local CA: its certificate, and the shell line that trusts it. */
  readonly localCa: { readonly path: string; readonly trustLine: string } | undefined;
}

/**
 * Reads the certificate that was configured as files; undefined when there is none. Needs no data folder, so that a
 * start with wrong files leaves nothing behind.
 * @throws ASH-CONFIG
 */
export async function readCertificateFiles(
  config: Config,
  clock: Clock,
): Promise<ServerCertificate | undefined> {
  const { listenTls, tls } = config;
  if (listenTls === undefined || tls.mode !== 'files') return undefined;
  return { ...(await loadTlsFiles(tls.cert, tls.key, { clock, names: tls.names })), localCa: undefined };
}

/**
 * Reads the certificate of the https listener, or makes one under the local CA in `folder`; undefined without https.
 * @throws ASH-CONFIG
 */
export async function readCertificate(
  config: Config,
  folder: string,
  clock: Clock,
): Promise<ServerCertificate | undefined> {
  const { listen, listenTls, tls } = config;
  if (listenTls === undefined || tls.mode === 'off') return undefined;
  if (tls.mode === 'files') return await readCertificateFiles(config, clock);
  const named = [config.externalUrl, config.externalUrlTls].map((url) => url && new URL(url).hostname);
  const hosts = [listen?.host, listenTls.host, ...named].filter((host) => host !== undefined);
  const { cert, key, caPath, trustLine } = await ensureLocalCa(folder, { hosts, clock });
  return { cert, key, localCa: { path: caPath, trustLine } };
}

export interface KeptCertificate {
  /** Milliseconds since 1970; undefined without https. */
  expiry(): number | undefined;
  /** Looks whether there is another certificate now, and shows it. A broken one is logged and not used. */
  refresh(): Promise<void>;
}

export interface CertificateKeeper {
  readonly current: ServerCertificate | undefined;
  readonly read: () => Promise<ServerCertificate | undefined>;
  readonly listeners: readonly HttpListener[];
  readonly log: Logger;
}

/** Keeps the certificate of a running server up to date: files that were renewed, a local one that nears its end. */
export function keepCertificate({ current, read, listeners, log }: CertificateKeeper): KeptCertificate {
  let shown = current;
  let complaint: string | undefined;

  async function refresh(): Promise<void> {
    if (shown === undefined) return;
    try {
      const found = await read();
      complaint = undefined;
      if (found === undefined || (found.cert === shown.cert && found.key === shown.key)) return;
      for (const listener of listeners) listener.renew(found);
      shown = found;
      log.info({ expires: new Date(endOf(found)).toISOString() }, 'the certificate was renewed');
    } catch (error) {
      const { message } = error as Error;
      // The same is said once, not every time that somebody looks.
      if (message !== complaint)
        log.error({ err: error }, 'the new certificate cannot be used; the old one stays');
      complaint = message;
    }
  }

  return { expiry: () => shown && endOf(shown), refresh };
}

function endOf({ cert }: ServerCertificate): number {
  return new X509Certificate(cert).validToDate.getTime();
}
