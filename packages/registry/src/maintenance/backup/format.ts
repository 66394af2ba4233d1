import { basename, dirname, isAbsolute, join, relative, resolve } from 'node:path';

import { ashlarError } from '@ashlar/core';
import { z } from 'zod';

import {
  copyFile,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  syncFolder,
} from '../../gateway/file-system.ts';

/**
 * A backup is a folder of its own:
 *
 * ```
 * format                        what it is
 * blobs/…                       bytes by digest, laid out as those of a data folder; shared by all snapshots
 * snapshots/<time>/
 *   snapshot.json               what it holds; a snapshot without this file is not finished
 *   metadata.ndjson.gz          all rows: one line of JSON for each page of a table
 *   files/tls/…, admin-token    the other files of the data folder
 * ```
 */
export interface BackupFolder {
  readonly path: string;
  readonly blobs: string;
  readonly snapshots: string;
}

const formatText = 'ashlar backup 1\n';

export const SnapshotInfo = z.object({
  /** Milliseconds: everything that was acknowledged before is in it. */
  at: z.number(),
  product: z.string(),
  /** The newest migration of the rows. */
  schema: z.string(),
  rows: z.number(),
  blobs: z.number(),
  bytes: z.number(),
  /** sha256 of `metadata.ndjson.gz`, hexadecimal. */
  metadata: z.string(),
  /** Digests whose bytes the registry itself had not whole when the backup was made. */
  lost: z.array(z.string()),
});
export type SnapshotInfo = z.output<typeof SnapshotInfo>;

export const fileNames = { info: 'snapshot.json', metadata: 'metadata.ndjson.gz', files: 'files' } as const;

/** Opens a backup for writing: a new folder, an empty one, or one that holds a backup. @throws ASH-BACKUP */
export async function openBackup(path: string, dataFolder: string): Promise<BackupFolder> {
  if (!isAbsolute(path))
    throw ashlarError('ASH-BACKUP', { path, reason: 'name the folder by its absolute path' });
  const folder = describe(path);
  if (await liesInside(folder.path, dataFolder)) {
    throw ashlarError('ASH-BACKUP', { path, reason: 'a backup must not lie inside the data folder' });
  }
  try {
    await mkdir(folder.path, { mode: 0o700 }).catch(ignore('EEXIST'));
    const names = await readdir(folder.path);
    if (names.includes('format')) await requireFormat(folder.path);
    else if (names.length > 0)
      throw ashlarError('ASH-BACKUP', { path, reason: 'the folder holds something else' });
    await mkdir(folder.snapshots, { mode: 0o700 }).catch(ignore('EEXIST'));
    await writeWhole(join(folder.path, 'format'), formatText);
    await removeUnfinished(folder);
    return folder;
  } catch (error) {
    throw orBackupError(path, error);
  }
}

/** What a server that was killed began; one server at a time makes a backup. */
async function removeUnfinished({ snapshots }: BackupFolder): Promise<void> {
  for (const name of await readdir(snapshots)) {
    if (name.endsWith('.partial')) await rm(join(snapshots, name), { recursive: true, force: true });
  }
}

/** Whether a path, which need not exist, is a folder or lies inside it, whatever links lead there. */
export async function liesInside(path: string, folder: string): Promise<boolean> {
  const inside = relative(await realFolder(resolve(folder)), await realFolder(resolve(path)));
  return inside === '' || (!/^\.\.(?:\/|\\|$)/.test(inside) && !isAbsolute(inside));
}

/** Without links, as far as the path exists. */
async function realFolder(path: string): Promise<string> {
  const parent = dirname(path);
  return await realpath(path).catch(async () =>
    parent === path ? path : join(await realFolder(parent), basename(path)),
  );
}

/** Opens a backup for reading. @throws ASH-BACKUP */
export async function findBackup(path: string): Promise<BackupFolder> {
  const folder = describe(resolve(path));
  try {
    await requireFormat(folder.path);
  } catch (error) {
    throw orBackupError(path, error);
  }
  return folder;
}

function describe(path: string): BackupFolder {
  const folder = resolve(path);
  return { path: folder, blobs: join(folder, 'blobs'), snapshots: join(folder, 'snapshots') };
}

async function requireFormat(path: string): Promise<void> {
  const found = await readFile(join(path, 'format'), 'utf8').catch(ignore('ENOENT'));
  if (found === formatText) return;
  const reason = found?.startsWith('ashlar backup ')
    ? 'a newer ashlar made this backup; use that one'
    : 'this is no backup of ashlar';
  throw ashlarError('ASH-BACKUP', { path, reason });
}

/** Writes a file so that it is there whole, also after a power cut, or not at all. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const fresh = `${path}.new`;
  {
    await using handle = await open(fresh, 'w', 0o600);
    await handle.writeFile(text);
    await handle.datasync();
  }
  await rename(fresh, path);
  await syncFolder(join(path, '..'));
}

/** Copies a file so that its bytes survive a power cut; its name does when the folder around it is synced. */
export async function copySynced(from: string, to: string): Promise<void> {
  await copyFile(from, to);
  await using file = await open(to, 'r+');
  await file.datasync();
}

/** Copies the files of a folder, which has no others in it, into one that exists. */
export async function copyFolderSynced(from: string, to: string): Promise<void> {
  for (const name of await readdir(from)) await copySynced(join(from, name), join(to, name));
  await syncFolder(to);
}

export function orBackupError(path: string, error: unknown): unknown {
  const stated = (error as NodeJS.ErrnoException).code;
  // The store that a backup is written to says so of its own disk.
  const code = stated === 'ASH-STORAGE-FULL' ? 'ENOSPC' : stated;
  const reason = code === undefined ? undefined : reasons[code];
  return reason === undefined ? error : ashlarError('ASH-BACKUP', { path, reason }, { cause: error });
}

const diskFull = 'the disk is full; what was there before is still good. Free space, and do the same again';

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'the user that ashlar runs as may not use this folder',
  EDQUOT: diskFull,
  EPERM: 'the user that ashlar runs as may not use this folder',
  ENOENT: 'the folder around it does not exist on the machine of the server',
  ENOTDIR: 'it is not a folder, or lies in something that is not a folder',
  ENOSPC: diskFull,
  EROFS: 'it lies on a file system that is read-only',
};

function ignore(expected: string): (error: unknown) => undefined {
  return (error) => {
    if ((error as NodeJS.ErrnoException).code !== expected) throw error;
  };
}
