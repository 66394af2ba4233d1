import { spawn } from 'node:child_process';
import { posix } from 'node:path';
import { buffer } from 'node:stream/consumers';

import { ashlarError } from '@ashlar/core/error';
import { limits } from '@ashlar/core/limit';
import { isVersion, type ModuleFiles, type Version } from '@ashlar/core/module';

import { type FoundModule, isModuleFile, isPassedOver } from './found-module.ts';

/**
 * The module at `git:REV:PATH` of the repository around the current folder: `git:HEAD~1:modules/vnet`, `git:v1.2.0:` for
 * its root. Nothing is checked out. A revision that is named like a version gives the version.
 */
export async function findInGit(ref: string): Promise<FoundModule> {
  const { rev, path } = parse(ref);
  const [tree, commit] = await objectsOf([`${rev}:${path}`, `${rev}^{tree}`]);
  const unknown = (reason: string) => ashlarError('ASH-REFERENCE-UNKNOWN', { ref, reason });
  if (commit === undefined) {
    throw unknown(`the repository has no revision "${rev}"; a shallow clone may lack it (git fetch --tags)`);
  }
  if (tree === undefined) throw unknown(`"${path}" does not exist in ${rev}`);
  const version = versionOf(rev);
  if (tree.type === 'tree') {
    return { files: await filesOf(ref, await entriesOf(tree.id)), place: path, version, root: path };
  }
  const [main, folder] = [posix.basename(path), posix.dirname(path)];
  const [parent] = await objectsOf([`${rev}:${folder === '.' ? '' : folder}`]);
  const files = await filesOf(ref, await entriesOf(parent!.id), main);
  const isTerraform = /\.(?:tf|tofu)(?:\.json)?$/.test(main);
  return {
    files,
    place: path,
    version,
    root: folder === '.' ? '' : folder,
    language: isTerraform ? 'terraform' : 'bicep',
    main: isTerraform ? undefined : main,
  };
}

function parse(ref: string): { rev: string; path: string } {
  const parts = /^git:([^:\s]+):([^\n\r\0]*)$/.exec(ref);
  if (parts === null) {
    const reason = `"${ref}" names no place in git. Write git:REVISION:PATH, such as git:HEAD~1:modules/vnet, or git:v1.2.0: for the root.`;
    throw ashlarError('ASH-USAGE', { reason });
  }
  const path = parts[2]!.replace(/(?<!\/)\/+$/, '');
  return { rev: parts[1]!, path: path === '.' ? './' : path };
}

/** Of tags such as `v1.2.0` and `avm/res/key-vault/vault/0.12.1`. */
function versionOf(rev: string): Version | undefined {
  const last = rev.slice(rev.lastIndexOf('/') + 1).replace(/^v/, '');
  return isVersion(last) ? last : undefined;
}

interface GitObject {
  readonly id: string;
  readonly type: string;
}

async function objectsOf(names: readonly string[]): Promise<(GitObject | undefined)[]> {
  const output = await git(['cat-file', '--batch-check'], `${names.join('\n')}\n`);
  return output
    .toString()
    .split('\n')
    .slice(0, names.length)
    .map((line) => {
      const parts = /^([0-9a-f]{40,64}) (\w+) \d+$/.exec(line);
      return parts === null ? undefined : { id: parts[1]!, type: parts[2]! };
    });
}

interface Entry {
  readonly path: string;
  readonly id: string;
  readonly size: number;
}

async function entriesOf(tree: string): Promise<Entry[]> {
  const output = await git(['ls-tree', '-r', '-z', '-l', '--full-tree', tree]);
  return output
    .toString()
    .split('\0')
    .flatMap((line) => {
      // Links and submodules are no files.
      const parts = /^100\d{3} blob ([0-9a-f]+) +(\d+)\t([\s\S]+)$/.exec(line);
      return parts === null ? [] : [{ id: parts[1]!, size: Number(parts[2]), path: parts[3]! }];
    });
}

async function filesOf(ref: string, entries: readonly Entry[], main = 'main.bicep'): Promise<ModuleFiles> {
  const wanted = entries.filter(({ path }) => isWanted(path, main));
  checkSizes(ref, wanted);
  const texts = new Map<string, string>();
  const output = await git(['cat-file', '--batch'], wanted.map(({ id }) => `${id}\n`).join(''));
  let at = 0;
  for (const { path, size } of wanted) {
    const start = output.indexOf(10, at) + 1;
    texts.set(path, output.toString('utf8', start, start + size));
    at = start + size + 1;
  }
  return { paths: wanted.map(({ path }) => path), textOf: (path) => texts.get(path) ?? '' };
}

function isWanted(path: string, main: string): boolean {
  if (path === main || path === main.replace(/\.bicep$/, '.json')) return true;
  return isModuleFile(path) && !path.split('/').some(isPassedOver);
}

function checkSizes(ref: string, entries: readonly Entry[]): void {
  const refuse = (reason: string) => ashlarError('ASH-REFERENCE-REFUSED', { ref, reason });
  const large = entries.find(({ size }) => size > limits.template.value);
  if (large !== undefined) throw refuse(`${large.path} is larger than ${limits.template.value} bytes`);
  const total = entries.reduce((sum, { size }) => sum + size, 0);
  if (entries.length <= limits.archiveEntries.value && total <= limits.archiveUnpacked.value) return;
  throw refuse('there are too many files of modules in it; name the folder of one module');
}

async function git(args: readonly string[], input = ''): Promise<Buffer> {
  const child = spawn('git', args, { stdio: ['pipe', 'pipe', 'pipe'] });
  const ended = new Promise<number | null>((done, fail) => {
    child.on('error', fail);
    child.on('close', done);
  });
  // What git does not read any more is told by its exit code.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  try {
    const [output, errors, code] = await Promise.all([buffer(child.stdout), buffer(child.stderr), ended]);
    if (code === 0) return output;
    const reason = errors
      .toString()
      .trim()
      .split('\n')[0]!
      .replace(/^fatal: /, '');
    throw ashlarError('ASH-USAGE', { reason: `git does not read this folder: ${reason}` });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    const reason =
      'git: references need the git command, which is not in PATH. Install it, or name a folder.';
    throw ashlarError('ASH-USAGE', { reason }, { cause: error });
  }
}
