import { basename, dirname, join, relative, resolve, sep } from 'node:path';

import { AshlarError, ashlarError } from '@ashlar/core/error';
import { limits } from '@ashlar/core/limit';
import { decodeSource, type ModuleFiles } from '@ashlar/core/module';
import { readdir, readFileSync, realpath, stat, statSync } from '@ashlar/registry/gateway/file-system';

import { unreadable } from './file-trouble.ts';
import { type FoundModule, isModuleFile, isPassedOver } from './found-module.ts';

/**
 * The module in a folder, or the one that a file is. Undefined when nothing has this path.
 * @throws ASH-REFERENCE-REFUSED
 */
export async function findInFolder(ref: string): Promise<FoundModule | 'archive' | undefined> {
  const path = resolve(ref);
  const stats = await stat(path).catch((error: NodeJS.ErrnoException) => {
    if (['EACCES', 'EPERM', 'ELOOP'].includes(error.code ?? '')) throw unreadable(ref, error);
  });
  if (stats === undefined) return undefined;
  if (stats.isDirectory()) return { files: await filesIn(path), place: path, root: rootOf(path) };
  if (!stats.isFile()) throw refuse(ref, 'it is neither a file nor a folder');
  if (path.endsWith('.bicepparam')) {
    throw refuse(ref, 'a parameter file is no module; name the module that its "using" leads to');
  }
  const folder = dirname(path);
  const found = { place: path, root: rootOf(folder) };
  if (/\.(?:tf|tofu)(?:\.json)?$/.test(path)) {
    return { ...found, files: await filesIn(folder), language: 'terraform' };
  }
  const main = basename(path);
  if (main.endsWith('.bicep')) {
    return { ...found, files: await filesIn(folder, main), language: 'bicep', main };
  }
  if (!/\.jsonc?$/.test(main)) return 'archive';
  return { ...found, files: { paths: [main], textOf: textsIn(folder) }, language: 'bicep', main };
}

function rootOf(folder: string): string | undefined {
  const path = relative(process.cwd(), folder).replaceAll(sep, '/');
  return /^(?:\.\.(?:\/|$)|\/|[A-Za-z]:)/.test(path) ? undefined : path;
}

interface Entry {
  readonly name: string;
  isDirectory(): boolean;
  isSymbolicLink(): boolean;
}

/** A folder whose entries are still to be listed. */
interface Pending {
  /** Below the module; empty, or with a slash at its end. */
  readonly path: string;
  readonly real: string;
  /** The real paths of the folders above: a link to one of them would lead in circles. */
  readonly above: readonly string[];
  readonly isLinked: boolean;
}

async function filesIn(folder: string, main = 'main.bicep'): Promise<ModuleFiles> {
  const twin = main.replace(/\.bicep$/, '.json');
  const paths: string[] = [];
  let linked = 0;
  const real = await realpath(folder);
  const pending: Pending[] = [{ path: '', real, above: [], isLinked: false }];
  for (let parent = pending.pop(); parent !== undefined; parent = pending.pop()) {
    for (const entry of await entriesIn(folder, parent.path)) {
      const path = parent.path + entry.name;
      const below = isPassedOver(entry.name) ? undefined : await folderBelow(folder, parent, entry);
      if (below !== undefined) {
        if (depthOf(path) < limits.archiveDepth.value) pending.push(below);
        // Whoever lists a tree does not expect what links lead to.
        if (below.isLinked) linked++;
      } else if (!entry.isDirectory() && (isModuleFile(path) || path === twin)) paths.push(path);
    }
    if (Math.max(paths.length, linked) > limits.archiveEntries.value) throw tooMany(folder);
  }
  return { paths: paths.sort(), textOf: textsIn(folder) };
}

async function entriesIn(folder: string, path: string): Promise<Entry[]> {
  try {
    return await readdir(join(folder, path), { withFileTypes: true });
  } catch (error) {
    // Elsewhere Terraform reads only where calls lead, which is seldom; Bicep says itself what it misses.
    if (path === '' || /^(?:modules|examples)\/(?:[^/]+\/)?$/.test(path)) {
      throw unreadable(resolve(folder, path), error);
    }
    return [];
  }
}

/** The folder that an entry is or leads to; undefined for a file, for a link to nothing and for one in circles. */
async function folderBelow(folder: string, parent: Pending, entry: Entry): Promise<Pending | undefined> {
  const path = `${parent.path}${entry.name}/`;
  const above = [...parent.above, parent.real];
  if (entry.isDirectory()) {
    const real = join(parent.real, entry.name);
    return parent.isLinked && above.includes(real)
      ? undefined
      : { path, real, above, isLinked: parent.isLinked };
  }
  if (!entry.isSymbolicLink()) return undefined;
  const place = join(folder, path);
  const stats = await stat(place).catch(() => undefined);
  if (!stats?.isDirectory()) return undefined;
  const real = await realpath(place);
  return above.includes(real) ? undefined : { path, real, above, isLinked: true };
}

function depthOf(path: string): number {
  return path.split('/').length;
}

function textsIn(folder: string): (path: string) => string {
  return (path) => {
    const place = join(folder, path);
    const limit = limits.template.value;
    try {
      const stats = statSync(place);
      // Reading a pipe would wait for whoever writes into it.
      if (!stats.isFile()) throw refuse(place, 'it is no file');
      if (stats.size > limit) throw refuse(place, `it is larger than ${limit} bytes`);
      return decodeSource(path, readFileSync(place));
    } catch (error) {
      throw error instanceof AshlarError ? error : unreadable(place, error);
    }
  };
}

function tooMany(folder: string): AshlarError {
  const limit = limits.archiveEntries.value;
  return refuse(folder, `there are more than ${limit} files of modules in it; name the folder of one module`);
}

function refuse(ref: string, reason: string): AshlarError {
  return ashlarError('ASH-REFERENCE-REFUSED', { ref, reason });
}
