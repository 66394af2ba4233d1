import { basename, dirname, join, relative, resolve, sep } from 'node:path';

import { ashlarError } from '@ashlar/core/error';
import { limits } from '@ashlar/core/limit';
import { decodeSource, type ModuleFiles } from '@ashlar/core/module';
import { readdir, readFileSync, stat, statSync } from '@ashlar/registry/gateway/file-system';

import { type FoundModule, isModuleFile, isPassedOver } from './found-module.ts';

/** The module in a folder, or the one that a file is. Undefined when nothing has this path. */
export async function findInFolder(ref: string): Promise<FoundModule | 'archive' | undefined> {
  const path = resolve(ref);
  const stats = await stat(path).catch(() => undefined);
  if (stats === undefined) return undefined;
  if (stats.isDirectory()) return { files: await filesIn(path), place: path, root: rootOf(path) };
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

async function filesIn(folder: string, main = 'main.bicep'): Promise<ModuleFiles> {
  const twin = main.replace(/\.bicep$/, '.json');
  const paths: string[] = [];
  const pending = [''];
  for (let parent = pending.pop(); parent !== undefined; parent = pending.pop()) {
    for (const entry of await readdir(join(folder, parent), { withFileTypes: true })) {
      const path = parent + entry.name;
      if (entry.isDirectory()) {
        if (!isPassedOver(entry.name) && depthOf(path) < limits.archiveDepth.value) pending.push(`${path}/`);
      } else if (isModuleFile(path) || path === twin) paths.push(path);
    }
    if (paths.length > limits.archiveEntries.value) throw tooMany(folder);
  }
  return { paths: paths.sort(), textOf: textsIn(folder) };
}

function depthOf(path: string): number {
  return path.split('/').length;
}

function textsIn(folder: string): (path: string) => string {
  return (path) => {
    const place = join(folder, path);
    const limit = limits.template.value;
    if (statSync(place).size <= limit) return decodeSource(path, readFileSync(place));
    throw ashlarError('ASH-REFERENCE-REFUSED', { ref: place, reason: `it is larger than ${limit} bytes` });
  };
}

function tooMany(folder: string) {
  const limit = limits.archiveEntries.value;
  const reason = `there are more than ${limit} files of modules in it; name the folder of one module`;
  return ashlarError('ASH-REFERENCE-REFUSED', { ref: folder, reason });
}
