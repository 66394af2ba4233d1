import type { Config } from '../config/index.ts';
import type { Clock } from '../gateway/clock.ts';
import { ensureLocalCa, loadTlsFiles } from '../tls/index.ts';

/** What the https listener shows. */
export interface ServerCertificate {
  readonly cert: string;
  readonly key: string;
  /** Under the local CA: its certificate, and the shell line that trusts it. */
  readonly localCa: { readonly path: string; readonly trustLine: string } | undefined;
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
  if (tls.mode === 'files') {
    return { ...(await loadTlsFiles(tls.cert, tls.key, { clock, names: tls.names })), localCa: undefined };
  }
  const named = [config.externalUrl, config.externalUrlTls].map((url) => url && new URL(url).hostname);
  const hosts = [listen?.host, listenTls.host, ...named].filter((host) => host !== undefined);
  const { cert, key, caPath, trustLine } = await ensureLocalCa(folder, { hosts, clock });
  return { cert, key, localCa: { path: caPath, trustLine } };
}
