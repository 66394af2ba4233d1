import { resolve } from 'node:path';

import { ashlarError } from '@ashlar/core/error';
import { decodeSource, type ModuleFiles } from '@ashlar/core/module';
import { readFile, stat } from '@ashlar/registry/gateway/file-system';
import { archiveLimits, type ModuleFile, readArchive } from '@ashlar/registry/intake';

import { unreadable } from './file-trouble.ts';
import { type FoundModule, isModuleFile } from './found-module.ts';

/** The module at the root of a zip, tar or tar.gz, or in the only folder there. @throws ASH-ARCHIVE-… ASH-REFERENCE-REFUSED */
export async function findInArchive(ref: string): Promise<FoundModule> {
  const path = resolve(ref);
  const { size } = await stat(path);
  const limit = archiveLimits.compressed;
  if (size > limit) throw ashlarError('ASH-ARCHIVE-SIZE', { limit });
  const bytes = await readFile(path).catch((error: unknown) => {
    throw unreadable(ref, error);
  });
  return { files: filesOfArchive(await readArchive(bytes)), place: path };
}

/**
 * What `subfolder` of an archive holds; without one, what its only folder holds where nothing lies beside it. For that one
 * go-getter has `*`.
 */
export function filesOfArchive(files: readonly ModuleFile[], subfolder = '*'): ModuleFiles {
  const folder = subfolder.replace(/^\*(?=\/|$)/, () => onlyFolder(files));
  const below = folder === '' ? '' : `${folder}/`;
  const inside = files.filter(({ path }) => path.startsWith(below));
  const bytes = new Map(inside.map((file) => [file.path.slice(below.length), file.bytes]));
  return {
    paths: [...bytes.keys()].filter(isModuleFile),
    textOf: (path) => decodeSource(path, bytes.get(path) ?? new Uint8Array()),
  };
}

/** Archives of a release, as code hosts make them, have one folder at their root. */
function onlyFolder(files: readonly ModuleFile[]): string {
  const [first = ''] = files.map(({ path }) => path.split('/', 1)[0]!);
  return files.every(({ path }) => path.startsWith(`${first}/`)) ? first : '';
}
