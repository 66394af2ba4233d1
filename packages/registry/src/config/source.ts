import { dirname, resolve } from 'node:path';

import { limits } from '@ashlar/core';

import { readFile, stat } from '../gateway/file-system.ts';
import { nearest } from './nearest.ts';
import { describeReadError } from './read-error.ts';
import { clientVariables, configFile, settingEntries, settings, type SettingName } from './settings.ts';

/** One thing that is wrong, under the name that its author used for the setting. */
export interface Problem {
  readonly key: string;
  readonly reason: string;
  readonly fix: string;
}

export interface Sources {
  /** By name of the setting (`listenTls`), as option parsers give them. Other names are not looked at. */
  readonly flags: Readonly<Record<string, unknown>>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Path of the YAML file from `--config`; `ASHLAR_CONFIG` names it otherwise. */
  readonly file?: string | undefined;
}

/** Which source a value comes from; a higher one wins. */
export const rank = { file: 1, env: 2, flag: 3 } as const;

/** A value before it is parsed. */
export interface Given {
  readonly raw: unknown;
  /** The setting as its author wrote it: `--listen`, `ASHLAR_LISTEN` or `ashlar.yaml: listen`. */
  readonly written: string;
  readonly rank: number;
  /** What a relative path starts from. */
  readonly base: string;
}

export type GivenSettings = ReadonlyMap<SettingName, Given>;

const maxFileSize = limits.configFile.value;

/** Collects the values of all sources; the one of the strongest source stays. What has no place is a problem. */
export async function collect(sources: Sources, problems: Problem[]): Promise<GivenSettings> {
  return new Map([
    ...(await fromFile(sources, problems)),
    ...fromEnvironment(sources, problems),
    ...fromFlags(sources),
  ]);
}

function fromFlags({ flags, cwd }: Sources): [SettingName, Given][] {
  return settingEntries().flatMap(([name, { flag }]) => {
    const raw = flags[name];
    if (flag === undefined || raw === undefined) return [];
    return [[name, { raw, written: flag, rank: rank.flag, base: cwd }]];
  });
}

function fromEnvironment({ env, cwd }: Sources, problems: Problem[]): [SettingName, Given][] {
  const known = settingEntries().map(([, setting]) => setting.env);
  // The last is for tests alone: see gateway/crash-point.ts.
  const ignored = [...clientVariables, configFile.env, 'ASHLAR_CRASH_AT'];
  for (const variable of Object.keys(env)) {
    if (!variable.startsWith('ASHLAR_') || known.includes(variable) || ignored.includes(variable)) continue;
    problems.push(unknownKey(variable, nearest(variable, known)));
  }
  return settingEntries().flatMap(([name, setting]) => {
    const raw = env[setting.env];
    // Compose files and charts set a variable to nothing when they have no value for it.
    if (raw === undefined || raw === '') return [];
    return [[name, { raw, written: setting.env, rank: rank.env, base: cwd }]];
  });
}

async function fromFile(sources: Sources, problems: Problem[]): Promise<[SettingName, Given][]> {
  const file = sources.file ?? (sources.env[configFile.env] || undefined);
  if (file === undefined) return [];
  const namedBy = sources.file === undefined ? configFile.env : configFile.flag;
  const location = resolve(sources.cwd, file);
  const text = await readText(location);
  if (typeof text !== 'string') {
    problems.push({
      key: namedBy,
      reason: `the file ${file} ${text.reason}`,
      fix: 'Name a YAML file with settings.',
    });
    return [];
  }
  const content = await readYaml(text);
  if ('reason' in content) {
    problems.push({ key: file, reason: content.reason, fix: content.fix });
    return [];
  }
  return content.entries.flatMap(([key, raw]) => {
    const written = `${file}: ${key}`;
    if (!isSettingName(key)) {
      problems.push(unknownKey(written, nearest(key, Object.keys(settings))));
      return [];
    }
    return [[key, { raw, written, rank: rank.file, base: dirname(location) }]];
  });
}

async function readText(location: string): Promise<string | { reason: string }> {
  try {
    const { size } = await stat(location);
    if (size > maxFileSize) return { reason: `is larger than ${maxFileSize} bytes` };
    return await readFile(location, 'utf8');
  } catch (error) {
    return { reason: describeReadError(error) };
  }
}

type YamlContent =
  | { readonly entries: [string, unknown][] }
  | { readonly reason: string; readonly fix: string };

async function readYaml(text: string): Promise<YamlContent> {
  // Most servers are started without a file.
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text, { stringKeys: true });
  const [flaw] = [...document.errors, ...document.warnings];
  if (flaw !== undefined) {
    // The lines after the first repeat the source, which may hold the admin token.
    const what = flaw.message.split('\n', 1)[0]!.replace(/:$/, '');
    return { reason: `the file is not valid YAML: ${what}`, fix: 'Correct the line.' };
  }
  let content: unknown;
  try {
    content = document.toJS({ maxAliasCount: limits.configAliases.value });
  } catch {
    return { reason: 'the file repeats itself with too many aliases', fix: 'Write the values out.' };
  }
  if (content === null) return { entries: [] };
  if (typeof content !== 'object' || Array.isArray(content)) {
    return { reason: 'the file does not hold settings', fix: 'Write one "key: value" per line.' };
  }
  return { entries: Object.entries(content) };
}

function unknownKey(key: string, suggestion: string | undefined): Problem {
  const fix =
    suggestion === undefined ? 'ashlar serve --help lists the settings.' : `Did you mean ${suggestion}?`;
  return { key, reason: 'there is no such setting', fix };
}

function isSettingName(key: string): key is SettingName {
  return Object.hasOwn(settings, key);
}
