import { join } from 'node:path';

import { ashlarError } from '@ashlar/core';

import { open, readdir, readFile, rename, rm, syncFolder } from '../../gateway/file-system.ts';
import { orMissing } from './staging/error.ts';

/**
 * Where the content of a data folder is: `s3://bucket/prefix`, or undefined for files beside the place that is asked.
 * Remembered in `<folder>/place`, as a server that forgot it would find nothing of what it acknowledged, and put what
 * is new somewhere else. Region and endpoint are no part of it: a bucket may be reached in another way.
 */
export type BlobPlace = string | undefined;

export function placeOf(url: string | undefined): BlobPlace {
  return url?.replace(/\?.*$/s, '').replace(/\/$/, '');
}

/** @throws ASH-CONFIG when the content of the folder is at another place */
export async function checkPlace(folder: string, wanted: BlobPlace): Promise<void> {
  const known = await readPlace(folder);
  if (known === wanted) return;
  if (known !== undefined) {
    const fix = `Start with --blobs ${known} and its region or endpoint, or move the content first.`;
    throw ashlarError('ASH-CONFIG', { key: 'blobs', reason: `the content of ${folder} is in ${known}`, fix });
  }
  if (!(await holdsFiles(folder))) return;
  const fix = 'Start without --blobs (ASHLAR_BLOBS), or move the content first.';
  throw ashlarError('ASH-CONFIG', { key: 'blobs', reason: `the content of ${folder} is in files`, fix });
}

/** Whole and synced before anything is stored there. */
export async function rememberPlace(folder: string, place: BlobPlace): Promise<void> {
  if (place === (await readPlace(folder))) return;
  const file = join(folder, 'place');
  if (place === undefined) await rm(file);
  else {
    await using handle = await open(`${file}.new`, 'w', 0o600);
    await handle.writeFile(`${place}\n`);
    await handle.datasync();
    await rename(`${file}.new`, file);
  }
  await syncFolder(folder);
}

async function readPlace(folder: string): Promise<BlobPlace> {
  return (await orMissing(readFile(join(folder, 'place'), 'utf8')))?.trim();
}

async function holdsFiles(folder: string): Promise<boolean> {
  for (const algorithm of ['sha256', 'sha512']) {
    const names = await orMissing(readdir(join(folder, algorithm)));
    if (names !== undefined && names.length > 0) return true;
  }
  return false;
}
