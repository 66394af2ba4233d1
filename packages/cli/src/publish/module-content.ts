import { join } from 'node:path';

import { ashlarError, type ModuleAddress } from '@ashlar/core';
import { stat } from '@ashlar/registry/gateway/file-system';
import { type ModuleFile, readModuleFolder } from '@ashlar/registry/intake';

import { compileBicep } from './bicep-compiler.ts';

export interface ContentOptions {
  /** Bicep: whether the sources go along; undefined when the user did not say. */
  readonly source: boolean | undefined;
  readonly warn: (text: string) => void;
}

/**
 * The files that are published from a folder: of Terraform all that belong to the module, of Bicep the compiled template
 * and, where there is a main.bicep, its sources.
 * @throws ASH-USAGE ASH-BICEP-NOT-FOUND ASH-BICEP-COMPILE ASH-ARCHIVE-…
 */
export async function readModuleContent(
  folder: string,
  { language }: ModuleAddress,
  options: ContentOptions,
): Promise<ModuleFile[]> {
  await requireFolder(folder);
  const files = await readModuleFolder(folder);
  return language === 'bicep' ? await bicepContent(folder, files, options) : files;
}

async function bicepContent(
  folder: string,
  files: ModuleFile[],
  options: ContentOptions,
): Promise<ModuleFile[]> {
  const has = (name: string) => files.some(({ path }) => path === name);
  const hasSource = has('main.bicep');
  if (options.source === true && !hasSource) {
    throw ashlarError('ASH-USAGE', {
      reason: `${folder} has no main.bicep, so there is no source to send (--source).`,
    });
  }
  if (has('main.json')) {
    if (hasSource) await warnWhenOlder(folder, options.warn);
  } else {
    if (!hasSource) throw ashlarError('ASH-ARCHIVE-NO-MODULE', { expected: 'main.json or main.bicep' });
    files.push({ path: 'main.json', executable: false, bytes: await compileBicep(folder, options.warn) });
  }
  if (hasSource && options.source !== false) return files;
  return files.filter(({ path }) => path === 'main.json' || /^readme\.md$/i.test(path));
}

/** A template that was not compiled again after a change of its source is easily overlooked. */
async function warnWhenOlder(folder: string, warn: (text: string) => void): Promise<void> {
  const [source, template] = await Promise.all(
    ['main.bicep', 'main.json'].map((name) => stat(join(folder, name))),
  );
  // A checkout writes all files within moments of each other, in any order.
  const tolerance = 60_000;
  if (source!.mtimeMs - template!.mtimeMs < tolerance) return;
  warn(
    'main.json is older than main.bicep and is published as it is; "bicep build main.bicep" brings it up to date.',
  );
}

async function requireFolder(folder: string): Promise<void> {
  const isFolder = await stat(folder).then(
    (stats) => stats.isDirectory(),
    () => undefined,
  );
  if (isFolder === true) return;
  const what = isFolder === undefined ? 'does not exist' : 'is a file';
  throw ashlarError('ASH-USAGE', { reason: `${folder} ${what}. Name the folder of the module.` });
}
