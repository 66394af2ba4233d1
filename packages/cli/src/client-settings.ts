import { usageError } from './cli-error.ts';
import { readCredentials } from './credentials.ts';

/** The options that every command takes. */
export interface GlobalOptions {
  readonly url?: string;
  readonly json?: boolean;
  readonly color?: boolean;
  readonly ca?: string;
}

/** Which server a command talks to, and as whom. */
export interface ClientSettings {
  /** Origin without trailing slash. */
  readonly url: string;
  readonly token: string | undefined;
  readonly tokenFrom: 'ASHLAR_TOKEN' | 'ashlar login' | undefined;
  /** File with certificate authorities for https, besides those of the system. */
  readonly caFile: string | undefined;
}

export const defaultUrl = 'http://127.0.0.1:8484';

/** Options before environment before what `ashlar login` stored before the default. */
export async function resolveSettings(
  options: GlobalOptions,
  env: NodeJS.ProcessEnv = process.env,
): Promise<ClientSettings> {
  const named = options.url ?? (env['ASHLAR_URL'] || undefined);
  const caFile = options.ca ?? (env['ASHLAR_CA'] || env['SSL_CERT_FILE'] || undefined);
  const fromEnv = env['ASHLAR_TOKEN']?.trim() || undefined;
  if (named !== undefined && fromEnv !== undefined) {
    return { url: await parseServerUrl(named), token: fromEnv, tokenFrom: 'ASHLAR_TOKEN', caFile };
  }
  const stored = await readCredentials();
  const url = await parseServerUrl(named ?? stored.default ?? defaultUrl);
  if (fromEnv !== undefined) return { url, token: fromEnv, tokenFrom: 'ASHLAR_TOKEN', caFile };
  const token = stored.servers[url]?.token;
  return { url, token, tokenFrom: token === undefined ? undefined : 'ashlar login', caFile };
}

/** @throws ASH-USAGE */
export async function parseServerUrl(text: string): Promise<string> {
  const url = URL.parse(text.includes('://') ? text : `invalid:${text}`);
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw await usageError(`"${text}" is not the address of a server. Write it like ${defaultUrl}`);
  }
  if (url.username !== '' || url.password !== '') {
    throw await usageError('The address of a server holds no user and password. Sign in with: ashlar login');
  }
  return url.origin;
}
