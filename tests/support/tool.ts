import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { describe, it } from 'vitest';

/** Programs that tests drive and that `npm ci` does not bring along. */
export type ToolName =
  | 'terraform'
  | 'tofu'
  | 'skopeo'
  | 'oras'
  | 'docker-registry'
  | 'chromium'
  | 'bicep'
  | 'strace'
  | 'nginx'
  | 'apache2'
  | 'systemd-analyze'
  | 'wrk'
  | 'postgres'
  | 'python3'
  | 'git';

/** The names under which systems install a tool, best first. */
const executables: Record<ToolName, readonly string[]> = {
  terraform: ['terraform'],
  tofu: ['tofu'],
  skopeo: ['skopeo'],
  oras: ['oras'],
  'docker-registry': ['docker-registry'],
  chromium: ['chromium', 'chromium-browser', 'google-chrome'],
  bicep: ['bicep'],
  strace: ['strace'],
  nginx: ['nginx'],
  apache2: ['apache2', 'httpd'],
  'systemd-analyze': ['systemd-analyze'],
  wrk: ['wrk'],
  postgres: ['postgres'],
  python3: ['python3'],
  git: ['git'],
};

/** Where systems put programs that users do not start themselves: one folder for each major version. */
function postgresFolders(): string[] {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).filter((name) => /^\d+$/.test(name)) : [];
  return versions.toSorted((a, b) => Number(b) - Number(a)).map((version) => join(root, version, 'bin'));
}

/** Where `.ci/run` puts the tools that it builds. */
export const toolFolder = resolve(import.meta.dirname, '../../node_modules/.cache/ashlar-tools/bin');

/** The path of a tool, from PATH or `toolFolder`; undefined when this machine has none. Nothing is downloaded. */
export function requireTool(name: ToolName): string | undefined {
  const folders = [
    ...(process.env['PATH'] ?? '').split(delimiter),
    toolFolder,
    ...(name === 'postgres' ? postgresFolders() : []),
  ].filter((folder) => folder !== '');
  const places = executables[name].flatMap((executable) => folders.map((folder) => join(folder, executable)));
  return places.find(isExecutable);
}

/** The paths of the tools that a suite asked for. */
export type ToolPaths<Name extends ToolName> = { readonly [Each in Name]: string };

/**
 * A suite that needs real programs. Where one is missing the suite counts as one skipped test whose title says why,
 * and the reason is printed once per file.
 *
 * ```ts
 * describeWithTool(['terraform'], 'terraform init', ({ terraform }) => {
 *   it('installs a module', async () => { await run(terraform, ['init']); });
 * });
 * ```
 */
export function describeWithTool<Name extends ToolName>(
  names: Name | readonly Name[],
  title: string,
  fn: (tools: ToolPaths<Name>) => void,
): void {
  const wanted = typeof names === 'string' ? [names] : names;
  const found = new Map(wanted.map((name) => [name, requireTool(name)]));
  const missing = wanted.filter((name) => found.get(name) === undefined);

  if (missing.length === 0) {
    describe(title, () => fn(Object.fromEntries(found) as ToolPaths<Name>));
    return;
  }

  const reason = `skipped: ${missing.join(', ')} ${missing.length === 1 ? 'is' : 'are'} not in PATH`;
  printOnce(reason);
  // oxlint-disable-next-line vitest/no-disabled-tests -- the one place where a skip is made, with its reason
  describe(title, () => it.skip(reason, () => {}));
}

/** A suite that reads `/proc` of the programs that it starts. */
export function describeOnLinux(title: string, fn: () => void): void {
  if (process.platform === 'linux') {
    describe(title, fn);
    return;
  }
  const reason = 'skipped: there is no /proc outside of Linux';
  printOnce(reason);
  // oxlint-disable-next-line vitest/no-disabled-tests -- as above, with its reason
  describe(title, () => it.skip(reason, () => {}));
}

// vitest loads this module anew for each test file, so this is the memory of one file.
const printed = new Set<string>();

function printOnce(reason: string): void {
  if (printed.has(reason)) return;
  printed.add(reason);
  console.log(reason);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
