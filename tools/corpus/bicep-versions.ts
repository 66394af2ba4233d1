/**
 * Compares all consecutive versions that the git history of a repository of Bicep modules has, tagged `PATH/X.Y.Z`, from their
 * compiled templates, and says which version numbers are too small.
 *
 *     ASHLAR_CORPUS=REPOSITORY node tools/corpus/bicep-versions.ts [--list]
 */
import { spawnSync } from 'node:child_process';
import { parseArgs } from 'node:util';

import {
  bumpOf,
  type Change,
  compareModules,
  compareVersions,
  gravest,
  honestyOf,
  isVersion,
  type Module,
  readTemplateText,
  verdictOf,
  type Version,
} from '@ashlar/core';

const { values } = parseArgs({ options: { list: { type: 'boolean', default: false } } });
const repository = process.env['ASHLAR_CORPUS'] ?? '.';
const versions = taggedVersions();
const counts = new Map<string, number>();
let [pairs, milliseconds] = [0, 0];
for (const [path, list] of versions) {
  const templates = readBlobs(list.map((version) => `${path}/${version}:${path}/main.json`));
  let before: { readonly version: Version; readonly module: Module } | undefined;
  for (const [index, version] of list.entries()) {
    const text = templates[index];
    const module = text === undefined ? undefined : readTemplateText(text, null);
    if (module === undefined) continue;
    if (before !== undefined) compare(path, before, { version, module });
    before = { version, module };
  }
}
console.log(
  `${git(['rev-parse', 'HEAD']).toString().trim()}: ${pairs} pairs of ${versions.size} modules, ${(milliseconds / pairs).toFixed(2)} ms each`,
);
for (const [kind, count] of [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  console.log(`${count} ${kind}`);
process.exit(pairs > 0 ? 0 : 1);

interface Side {
  readonly version: Version;
  readonly module: Module;
}

function compare(path: string, before: Side, after: Side): void {
  const began = performance.now();
  const changes = compareModules(before.module, after.module);
  milliseconds += performance.now() - began;
  pairs++;
  const declared = bumpOf(before.version, after.version) ?? 'patch';
  const honesty = honestyOf(declared, verdictOf(changes, before.version));
  const kind = `${honesty}: declared ${declared}, gravest change ${gravest(changes) ?? 'none'}`;
  counts.set(kind, (counts.get(kind) ?? 0) + 1);
  if (values.list && honesty === 'too small') list(`${path} ${before.version} → ${after.version}`, changes);
}

function list(title: string, changes: readonly Change[]): void {
  console.log(title);
  const found = gravest(changes);
  for (const change of changes.filter((each) => each.class === found)) console.log(`  ${change.message}`);
}

/** The versions of each module, lowest first. */
function taggedVersions(): Map<string, Version[]> {
  const found = new Map<string, Version[]>();
  for (const tag of git(['tag']).toString().split('\n')) {
    const slash = tag.lastIndexOf('/');
    const version = tag.slice(slash + 1);
    if (slash < 0 || !isVersion(version)) continue;
    const path = tag.slice(0, slash);
    found.set(path, [...(found.get(path) ?? []), version]);
  }
  for (const versions of found.values()) versions.sort(compareVersions);
  return found;
}

/** The texts of files at commits; undefined where there is none. */
function readBlobs(names: readonly string[]): (string | undefined)[] {
  const output = git(['cat-file', '--batch'], `${names.join('\n')}\n`);
  let at = 0;
  return names.map(() => {
    const end = output.indexOf(10, at);
    const size = Number(/ blob (\d+)$/.exec(output.toString('utf8', at, end))?.[1]);
    at = end + 1;
    if (Number.isNaN(size)) return undefined;
    const text = output.toString('utf8', at, at + size);
    at += size + 1;
    return text;
  });
}

function git(args: readonly string[], input = ''): Buffer {
  const { stdout, status, stderr } = spawnSync('git', ['-C', repository, ...args], {
    input,
    maxBuffer: 2 ** 31 - 1,
  });
  if (status !== 0) throw new Error(`git ${args[0]}: ${stderr.toString()}`);
  return stdout;
}
