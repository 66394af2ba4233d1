import { resolve } from 'node:path';

import { ashlarError } from '@ashlar/core';
import type { z } from 'zod';

import { stat } from '../gateway/file-system.ts';
import { type DatabaseAddress, passwordShown } from './database.ts';
import { entraKeys, type EntraConfig } from './entra.ts';
import type { ListenAddress } from './field.ts';
import { nearest } from './nearest.ts';
import type { Secret } from './secret.ts';
import { type LogLevel, type Setting, type SettingName, settingEntries, settings } from './settings.ts';
import { collect, type Given, type GivenSettings, type Problem, rank, type Sources } from './source.ts';

export type { Sources } from './source.ts';

/** What the server runs with. Durations are seconds, sizes bytes, paths absolute. */
export interface Config {
  readonly data: string;
  /** Absent: the metadata is in a SQLite file of the data folder. */
  readonly database: DatabaseAddress | undefined;
  /** Absent: files in the data folder. */
  readonly blobs: string | undefined;
  /** Absent: no http. */
  readonly listen: ListenAddress | undefined;
  /** Absent: no https. */
  readonly listenTls: ListenAddress | undefined;
  /** Origin without trailing slash; absent without listener, and with port 0 until the port is known. */
  readonly externalUrl: string | undefined;
  readonly externalUrlTls: string | undefined;
  readonly tls: TlsConfig;
  readonly adminToken: Secret | undefined;
  readonly logLevel: LogLevel;
  readonly artifacts: 'allow' | 'deny';
  readonly maxBlobSize: number;
  readonly uploadTtl: number;
  readonly gcGrace: number;
  /** Absent: the server collects when it is told to. */
  readonly gcInterval: number | undefined;
  readonly readOnly: boolean;
  readonly tokenTtl: number;
  readonly refreshTokenTtl: number;
  readonly archiveLinkTtl: number;
  readonly maxUploads: number;
  /** Requests a second. */
  readonly rateLimit: number | 'off';
  readonly rateBurst: number;
  /** Wrong ones a minute. */
  readonly signInLimit: number | 'off';
  /** Absent: as many as the limit of open files allows. */
  readonly maxConnections: number | undefined;
  /** Addresses and networks. */
  readonly trustedProxies: readonly string[];
  readonly shutdownGrace: number;
  readonly examples: string | undefined;
  /** Absent: `/oauth2/exchange` is off. */
  readonly entra: EntraConfig | undefined;
}

export type TlsConfig =
  | { readonly mode: 'off' }
  | { readonly mode: 'local' }
  | {
      readonly mode: 'files';
      readonly cert: string;
      readonly key: string;
      /** How the user wrote the two settings, for `loadTlsFiles`. */
      readonly names: { readonly cert: string; readonly key: string };
    };

export interface LoadedConfig {
  readonly config: Config;
  /** Sentences for the log. */
  readonly warnings: readonly string[];
}

type Values = {
  readonly [Name in SettingName]:
    | z.output<(typeof settings)[Name]['schema']>
    | ((typeof settings)[Name] extends { default: string } ? never : undefined);
};

/**
 * Reads the configuration: flags before environment before file before defaults.
 * @throws ASH-CONFIG with one line for each thing that is wrong
 */
export async function loadConfig(sources: Sources): Promise<LoadedConfig> {
  const problems: Problem[] = [];
  const given = await collect(sources, problems);
  const values = parse(given, problems);
  refuse(problems);
  const warnings: string[] = [];
  const config = derive(values, sources.cwd, { given, problems, warnings });
  await checkFolders(config, given, problems);
  refuse(problems);
  return { config, warnings };
}

/** The address under which a listener is reached when nothing else is configured. */
export function defaultExternalUrl(scheme: 'http' | 'https', { host, port }: ListenAddress): string {
  const name = isWildcard(host) ? 'localhost' : host.includes(':') ? `[${host}]` : host;
  return new URL(`${scheme}://${name}:${port}`).origin;
}

function parse(given: GivenSettings, problems: Problem[]): Values {
  const values: Record<string, unknown> = {};
  for (const [name, setting] of settingEntries()) {
    const value = given.get(name);
    if (value !== undefined) values[name] = parseGiven(setting, value, problems);
    else values[name] = setting.default === undefined ? undefined : setting.schema.parse(setting.default);
  }
  // Each value came out of the schema of its own setting.
  return values as Values;
}

function parseGiven(setting: Setting, given: Given, problems: Problem[]): unknown {
  if (given.raw === null) {
    problems.push({ key: given.written, reason: 'has no value', fix: 'Write one, or remove the line.' });
    return undefined;
  }
  const result = setting.schema.safeParse(given.raw);
  if (!result.success) {
    problems.push(...result.error.issues.flatMap((issue) => describe(issue, given.written)));
    return undefined;
  }
  return setting.isPath ? resolve(given.base, String(result.data)) : result.data;
}

function describe(issue: z.core.$ZodIssue, written: string): Problem[] {
  const key = keyOf(written, issue.path);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((unknown) => {
      const suggestion = nearest(unknown, entraKeys);
      const fix = suggestion === undefined ? 'Remove it.' : `Did you mean ${suggestion}?`;
      return { key: keyOf(written, [...issue.path, unknown]), reason: 'there is no such key', fix };
    });
  }
  if (issue.code === 'too_small') return [{ key, reason: 'the list is empty', fix: 'Add an entry.' }];
  if (issue.code === 'invalid_type') {
    const fix = issue.expected === 'array' ? 'Write a list.' : 'Write a group of keys.';
    return [{ key, reason: `a ${issue.expected === 'array' ? 'list' : 'group of keys'} is missing`, fix }];
  }
  const fix = issue.code === 'custom' ? String(issue.params?.['fix'] ?? '') : '';
  return [{ key, reason: issue.message, fix }];
}

/** `ashlar.yaml: entra.tenants[0].id`, or `ASHLAR_ENTRA: tenants[0].id`. */
function keyOf(written: string, path: readonly PropertyKey[]): string {
  const inside = path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`)).join('');
  if (inside === '') return written;
  return written.includes(': ') ? `${written}${inside}` : `${written}: ${inside.replace(/^\./, '')}`;
}

interface Notes {
  readonly given: GivenSettings;
  readonly problems: Problem[];
  readonly warnings: string[];
}

/** Settles what depends on more than one setting. */
function derive(values: Values, cwd: string, notes: Notes): Config {
  const { tlsCert: _cert, tlsKey: _key, ...plain } = values;
  const tls = deriveTls(values, notes);
  const listen = values.listen === 'off' ? undefined : values.listen;
  const listenTls = values.listenTls === 'off' || tls.mode === 'off' ? undefined : values.listenTls;
  checkListeners(listen, listenTls, notes);
  checkDatabase(values.database, notes);
  return {
    ...plain,
    data: resolve(cwd, values.data),
    readOnly: values.readOnly === 'yes',
    listen,
    listenTls,
    externalUrl: externalUrl('externalUrl', listen, values, notes),
    externalUrlTls: externalUrl('externalUrlTls', listenTls, values, notes),
    tls: listenTls === undefined ? { mode: 'off' } : tls,
  };
}

function deriveTls(values: Values, { given, problems }: Notes): TlsConfig {
  const { tls, tlsCert, tlsKey } = values;
  const [mode, cert, key] = [given.get('tls'), given.get('tlsCert'), given.get('tlsKey')];
  const file = cert ?? key;
  // The stronger source decides between a mode and files; one source that says both contradicts itself.
  const fileRank = Math.max(cert?.rank ?? 0, key?.rank ?? 0);
  if (mode !== undefined && tls !== undefined && tls !== 'files') {
    if (file === undefined || mode.rank > fileRank) return { mode: tls };
    if (mode.rank === fileRank) {
      const reason = `"${tls}" leaves no use for ${file.written}`;
      problems.push({ key: mode.written, reason, fix: 'Remove one of them.' });
      return { mode: tls };
    }
  }
  if (file === undefined && tls !== 'files') return { mode: 'local' };
  if (cert !== undefined && key !== undefined && tlsCert !== undefined && tlsKey !== undefined) {
    return { mode: 'files', cert: tlsCert, key: tlsKey, names: { cert: cert.written, key: key.written } };
  }
  const missing = cert === undefined ? 'tlsCert' : 'tlsKey';
  problems.push({
    key: (file ?? mode)!.written,
    reason: `the ${cert === undefined ? 'certificate' : 'private key'} that belongs to it is missing`,
    fix: `Set ${missing} (${settings[missing].flag}, ${settings[missing].env}).`,
  });
  return { mode: 'off' };
}

function checkListeners(
  listen: ListenAddress | undefined,
  listenTls: ListenAddress | undefined,
  { given, problems }: Notes,
): void {
  const nameOf = (...names: SettingName[]) =>
    names.map((name) => given.get(name)?.written).find((written) => written !== undefined) ?? names[0]!;
  if (listen === undefined && listenTls === undefined) {
    const fix = 'Set listen or listenTls to an address.';
    problems.push({ key: nameOf('listen'), reason: 'http and https are both off', fix });
  }
  if (listen === undefined || listen.port === 0) return;
  if (listen.host !== listenTls?.host || listen.port !== listenTls.port) return;
  const reason = 'http and https would listen on the same address';
  problems.push({ key: nameOf('listenTls', 'listen'), reason, fix: 'Choose another port for one of them.' });
}

function checkDatabase(database: DatabaseAddress | undefined, { given, problems }: Notes): void {
  const { written, rank: source } = given.get('database') ?? {};
  if (!database?.hasPassword || source !== rank.flag) return;
  const fix = `Set ${settings.database.env} instead, or name a file with --config.`;
  problems.push({ key: written!, reason: passwordShown, fix });
}

const listenerOf = { externalUrl: 'listen', externalUrlTls: 'listenTls' } as const;

function externalUrl(
  name: keyof typeof listenerOf,
  address: ListenAddress | undefined,
  values: Values,
  { given, warnings }: Notes,
): string | undefined {
  const explicit = values[name];
  const listener = listenerOf[name];
  if (address === undefined) {
    if (explicit !== undefined) {
      warnings.push(`${given.get(name)!.written}: has no effect because ${listener} is off.`);
    }
    return undefined;
  }
  if (explicit !== undefined) return explicit;
  if (isWildcard(address.host)) {
    const written = given.get(listener)?.written ?? listener;
    const scheme = name === 'externalUrl' ? 'http' : 'https';
    warnings.push(
      `${written}: listens on every address of this machine, but links name ${scheme}://localhost. Set ${name} (${settings[name].flag}, ${settings[name].env}) to the address that clients use.`,
    );
  }
  if (address.port === 0) return undefined;
  return defaultExternalUrl(name === 'externalUrl' ? 'http' : 'https', address);
}

function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}

async function checkFolders(config: Config, given: GivenSettings, problems: Problem[]): Promise<void> {
  for (const name of ['data', 'examples'] as const) {
    const folder = config[name];
    if (folder === undefined) continue;
    const isFolder = await stat(folder).then(
      (stats) => stats.isDirectory(),
      () => undefined,
    );
    // The data folder is made on first start.
    if (isFolder === true || (isFolder === undefined && name === 'data')) continue;
    const reason = `${folder} ${isFolder === undefined ? 'does not exist' : 'is not a folder'}`;
    problems.push({ key: given.get(name)?.written ?? name, reason, fix: 'Name a folder.' });
  }
}

/** One error carries all problems: its parameters are those of the first, further lines follow its fix. */
function refuse(problems: readonly Problem[]): void {
  const [first, ...others] = problems;
  if (first === undefined) return;
  const lines = others.map(({ key, reason, fix }) => `${key}: ${reason}. ${fix}`);
  throw ashlarError('ASH-CONFIG', { ...first, fix: [first.fix, ...lines].join('\n') });
}
