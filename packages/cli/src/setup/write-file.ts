import { dirname } from 'node:path';

import { ashlarError } from '@ashlar/core';
import { chmod, mkdir, readFile, stat, writeFile } from '@ashlar/registry/gateway/file-system';

import { withoutBlocks } from './marked-block.ts';
import type { PlannedFile } from './recipe.ts';

export interface WrittenFile {
  readonly path: string;
  readonly status: 'created' | 'changed' | 'unchanged';
  /** Copy of what was there. */
  readonly backup?: string;
}

/** Writes a planned file. What is there stays, apart from the edit, and is kept as a copy when it changes. */
export async function writePlannedFile(file: PlannedFile): Promise<WrittenFile> {
  const { path, isSecret } = file;
  const before = await readIfThere(path);
  const after = applyEdit(file, before ?? (await startingText(file)));
  if (after === before) {
    if (isSecret) await keepPrivate(path);
    return { path, status: 'unchanged' };
  }
  await mkdir(dirname(path), { recursive: true, ...(isSecret ? { mode: 0o700 } : {}) });
  if (before === undefined) {
    await writeFile(path, after, { mode: isSecret ? 0o600 : 0o644, flag: 'wx' });
    return { path, status: 'created' };
  }
  const backup = `${path}.before-ashlar`;
  // The copy holds what the file held, so it is as private. The first copy stays: it is the one without Ashlar.
  const { mode } = await stat(path);
  await writeFile(backup, before, { mode: mode & 0o777, flag: 'wx' }).catch(ignoreExisting);
  if (isSecret) await keepPrivate(path);
  await writeFile(path, after);
  return { path, status: 'changed', backup };
}

function applyEdit({ path, edit }: PlannedFile, text: string): string {
  try {
    return edit(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const params = {
      key: path,
      reason: `it is not JSON: ${error.message}`,
      fix: 'Nothing was written. Correct the file.',
    };
    throw ashlarError('ASH-CONFIG', params, { cause: error });
  }
}

async function startingText({ startsFrom }: PlannedFile): Promise<string> {
  return startsFrom === undefined ? '' : withoutBlocks((await readIfThere(startsFrom)) ?? '');
}

/** A token must not be readable by others; who may write stays. */
async function keepPrivate(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0) await chmod(path, mode & 0o700);
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}
