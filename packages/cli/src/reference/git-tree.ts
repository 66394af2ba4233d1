import { posix } from 'node:path';

import { ashlarError } from '@ashlar/core/error';
import { limits } from '@ashlar/core/limit';
import { decodeSource, type ModuleFiles } from '@ashlar/core/module';

import { type FoundModule, isModuleFile, isPassedOver } from './found-module.ts';
import { git } from './git-command.ts';

/** A place in the history of a repository. */
export interface GitPlace {
  /** A bare repository; the one around the current folder when undefined. */
  readonly repository?: string | undefined;
  readonly rev: string;
  /** What people call the revision, when `rev` is a name of our own. */
  readonly shown?: string;
  /** With slashes; empty for the root. */
  readonly path: string;
  /** As the user wrote it. */
  readonly ref: string;
}

/** Reads a module from the objects of a repository; nothing is checked out. @throws ASH-REFERENCE-… */
export async function findInTree(place: GitPlace): Promise<FoundModule> {
  const { rev, shown = rev, path, ref } = place;
  const [tree, commit] = await objectsOf(place, [`${rev}:${path}`, `${rev}^{tree}`]);
  const unknown = (reason: string) => ashlarError('ASH-REFERENCE-UNKNOWN', { ref, reason });
  if (commit === undefined) {
    throw unknown(
      `the repository has no revision "${shown}"; a shallow clone may lack it (git fetch --tags)`,
    );
  }
  if (tree === undefined) throw unknown(`"${path}" does not exist in ${shown}`);
  if (tree.type === 'tree') return { files: await filesOf(place, tree.id), place: path, root: path };
  const [main, folder] = [posix.basename(path), posix.dirname(path)];
  const [parent] = await objectsOf(place, [`${rev}:${folder === '.' ? '' : folder}`]);
  const isTerraform = /\.(?:tf|tofu)(?:\.json)?$/.test(main);
  return {
    files: await filesOf(place, parent!.id, main),
    place: path,
    root: folder === '.' ? '' : folder,
    language: isTerraform ? 'terraform' : 'bicep',
    main: isTerraform ? undefined : main,
  };
}

interface GitObject {
  readonly id: string;
  readonly type: string;
}

async function objectsOf(
  { repository }: GitPlace,
  names: readonly string[],
): Promise<(GitObject | undefined)[]> {
  const output = await git(['cat-file', '--batch-check'], { repository, input: `${names.join('\n')}\n` });
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

async function entriesOf({ repository }: GitPlace, tree: string): Promise<Entry[]> {
  const output = await git(['ls-tree', '-r', '-z', '-l', '--full-tree', tree], { repository });
  return output
    .toString()
    .split('\0')
    .flatMap((line) => {
      // Links and submodules are no files.
      const parts = /^100\d{3} blob ([0-9a-f]+) +(\d+)\t([\s\S]+)$/.exec(line);
      return parts === null ? [] : [{ id: parts[1]!, size: Number(parts[2]), path: parts[3]! }];
    });
}

async function filesOf(place: GitPlace, tree: string, main = 'main.bicep'): Promise<ModuleFiles> {
  const wanted = (await entriesOf(place, tree)).filter(({ path }) => isWanted(path, main));
  checkSizes(place.ref, wanted);
  const texts = new Map<string, string>();
  const output = await git(['cat-file', '--batch'], {
    repository: place.repository,
    input: wanted.map(({ id }) => `${id}\n`).join(''),
  });
  let at = 0;
  for (const { path, size } of wanted) {
    const start = output.indexOf(10, at) + 1;
    texts.set(path, decodeSource(path, output.subarray(start, start + size)));
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
