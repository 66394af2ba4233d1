import { homedir } from 'node:os';
import { dirname, join } from 'node:path';

import { chmod, mkdir, readFile, rename, rm, writeFile } from '@ashlar/registry/gateway/file-system';

import { cliError } from './cli-error.ts';

/** What `ashlar login` stores. */
export interface Credentials {
  /** The server that commands talk to when none is named. */
  readonly default?: string | undefined;
  readonly servers: Readonly<Record<string, { readonly token: string }>>;
}

const none: Credentials = { servers: {} };

export function credentialsPath(env: NodeJS.ProcessEnv = process.env): string {
  const config = env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config');
  return join(config, 'ashlar', 'credentials.json');
}

/** @throws ASH-CONFIG when the file is damaged */
export async function readCredentials(path = credentialsPath()): Promise<Credentials> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return none;
    throw await damaged(path, `cannot be read (${(error as NodeJS.ErrnoException).code})`, error);
  }
  const credentials = parse(text);
  if (credentials === undefined) throw await damaged(path, 'does not hold credentials', undefined);
  return credentials;
}

/** Readable by this user only, replaced in one step. */
export async function writeCredentials(credentials: Credentials, path = credentialsPath()): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const temporary = `${path}.${process.pid}.tmp`;
  // A file that an interrupted run left behind would keep its mode.
  await rm(temporary, { force: true });
  await writeFile(temporary, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600, flag: 'wx' });
  await rename(temporary, path);
}

function parse(text: string): Credentials | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isRecord(value)) return undefined;
  const { default: fallback, servers = {} } = value;
  if (fallback !== undefined && typeof fallback !== 'string') return undefined;
  if (!isRecord(servers)) return undefined;
  const entries = Object.entries(servers).filter(
    (entry): entry is [string, { token: string }] =>
      isRecord(entry[1]) && typeof entry[1]['token'] === 'string',
  );
  return {
    default: fallback,
    servers: Object.fromEntries(entries.map(([url, { token }]) => [url, { token }])),
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

async function damaged(path: string, reason: string, cause: unknown) {
  return await cliError(
    'ASH-CONFIG',
    { key: path, reason: `the file ${reason}`, fix: 'Remove it and sign in again: ashlar login' },
    { cause },
  );
}
