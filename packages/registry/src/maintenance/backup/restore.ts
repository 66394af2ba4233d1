import { join, sep } from 'node:path';

import { AshlarError, ashlarError, type Digest } from '@ashlar/core';

import type { Clock } from '../../gateway/clock.ts';
import { crashPoint } from '../../gateway/crash-point.ts';
import { exists, mkdir, readdir, rename, rm, syncFolder, writeFile } from '../../gateway/file-system.ts';
import {
  checkPlace,
  openFileBlobStore,
  type VerifiedBlobStore,
  verifiedReads,
} from '../../store/blob/index.ts';
import { type DataFolder, openDataFolder } from '../../store/data-folder.ts';
import { removeDatabase, requireKnownSchema, restoreSqliteMetadata } from '../../store/metadata/index.ts';
import { type CopyFigures, copyBlobs } from '../copy-blob.ts';
import { putAside } from '../database-files.ts';
import {
  type BackupFolder,
  copyFolderSynced,
  copySynced,
  fileNames,
  findBackup,
  liesInside,
  orBackupError,
} from './format.ts';
import { checkRows, chooseSnapshot, readPages, type StoredSnapshot } from './read.ts';

export interface RestoreOptions {
  /** Folder of the backup. */
  readonly from: string;
  /** The newest one unless told. */
  readonly snapshot?: string | undefined;
  /** Milliseconds: the newest snapshot that is not younger. */
  readonly at?: number | undefined;
  readonly data: string;
  /** Set a data folder that holds a registry back to the snapshot. */
  readonly replace: boolean;
  /** Go on although the bytes of some blobs are not to be had. */
  readonly partial: boolean;
  readonly clock: Clock;
  readonly onProgress?: (figures: CopyFigures, of: number) => void;
}

export interface Restored extends CopyFigures {
  readonly snapshot: string;
  /** Milliseconds: the moment that the registry is set back to. */
  readonly at: number;
  readonly rows: number;
  /** Where the metadata that were there before went. */
  readonly replaced: string | undefined;
}

/**
 * Makes a data folder of a snapshot, for a server that is stopped: bytes first, each hashed on its way, and the rows
 * last, so that what ends before is no registry. With `replace`, the metadata of an existing one are put aside and set
 * back; its blobs are hashed too, and damaged ones are healed.
 * @throws ASH-BACKUP ASH-DATA-LOCKED ASH-DATA-FORMAT ASH-CONFIG
 */
export async function restore(options: RestoreOptions): Promise<Restored> {
  const { clock } = options;
  const backup = await findBackup(options.from);
  if (await liesInside(options.data, backup.path)) {
    const reason = 'a data folder must not lie inside its backup';
    throw ashlarError('ASH-BACKUP', { path: options.data, reason });
  }
  const snapshot = await chooseSnapshot(backup, { name: options.snapshot, at: options.at });
  // Before anything is made: a newer one cannot be read.
  requireKnownSchema(snapshot.schema, snapshot.path);
  const digests = await checkRows(snapshot);
  const folder = await openDataFolder(options.data);
  try {
    if (!options.replace) await requireFresh(folder);
    await requireOwn(folder);
    // Bytes are restored to files: beside a bucket nobody would look at them.
    await checkPlace(folder.blobs, undefined);
    const copied = await copyContent(options, folder, backup, digests);
    await restoreFiles(folder, snapshot);
    const replaced = await replaceMetadata(folder, snapshot, clock);
    return { ...copied, snapshot: snapshot.name, at: snapshot.at, rows: snapshot.rows, replaced };
  } catch (error) {
    throw orRestoreError(folder, backup, error);
  } finally {
    folder.close();
  }
}

/** Says in which of the two folders a restore came to its end, and why. */
function orRestoreError({ path: data }: DataFolder, backup: BackupFolder, error: unknown): unknown {
  if (error instanceof AshlarError) {
    // No server is there that it could be tried on again: SQLite reports so that there is no room for one of its files.
    if (error.code !== 'ASH-UNAVAILABLE') return orBackupError(data, error);
    const { reason } = error.params as { readonly reason: string };
    return restoreError(data, reason, error);
  }
  const { code, path = '', message, syscall } = error as NodeJS.ErrnoException;
  const isOfBackup = path.startsWith(`${backup.path}${sep}`) && !ofWriting.has(code);
  const place = isOfBackup ? backup.path : data;
  const known = code === 'ENOENT' ? error : orBackupError(place, error);
  if (known !== error) return known;
  if (syscall !== undefined) return restoreError(place, `the system reports: ${message}`, error);
  return code === 'ERR_SQLITE_ERROR'
    ? restoreError(data, `the metadata database reports: ${message}`, error)
    : error;
}

/** Only the data folder is written to; of a copy the system names where it comes from. */
const ofWriting: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT', 'EROFS']);

function restoreError(path: string, why: string, cause: unknown): Error {
  const reason = `${why}. Look whether there is room on the disk and it is sound, and run the restore again`;
  return ashlarError('ASH-BACKUP', { path, reason }, { cause });
}

/** Until the rows are there too, no server takes the folder for a new registry. */
async function copyContent(
  options: RestoreOptions,
  folder: DataFolder,
  backup: BackupFolder,
  digests: ReadonlySet<Digest>,
): Promise<CopyFigures> {
  const { clock } = options;
  const sign = freshDatabase(folder);
  removeDatabase(sign);
  await writeFile(sign, '', { mode: 0o600 });
  await syncFolder(folder.path);
  try {
    const source = await openStore(backup.blobs, clock, { keep: true });
    const target = await openStore(folder.blobs, clock);
    const copied = await copyBlobs(source, target, digests, {
      trustPresent: false,
      onProgress: (figures) => options.onProgress?.(figures, digests.size),
    });
    refuseLoss(options, copied);
    crashPoint('restore.blobs-copied');
    return copied;
  } catch (error) {
    removeDatabase(sign);
    throw error;
  }
}

/**
 * Reads a whole backup, and hashes what it holds, without restoring it.
 * @throws ASH-BACKUP when the snapshot itself is damaged
 */
export async function checkBackup(
  options: Pick<RestoreOptions, 'from' | 'snapshot' | 'at' | 'clock'>,
): Promise<{ snapshot: string; at: number; checked: number; damaged: string[]; missing: string[] }> {
  const backup = await findBackup(options.from);
  const snapshot = await chooseSnapshot(backup, { name: options.snapshot, at: options.at });
  const store = await openStore(backup.blobs, options.clock, { keep: true });
  const found = { damaged: [] as string[], missing: [] as string[] };
  const digests = await checkRows(snapshot);
  for (const digest of digests) {
    const verdict = await store.verify(digest);
    if (verdict !== 'whole') found[verdict].push(digest);
  }
  return { snapshot: snapshot.name, at: snapshot.at, checked: digests.size, ...found };
}

/** With `keep`, damaged blobs stay where they are: who only looks changes nothing. */
async function openStore(path: string, clock: Clock, { keep = false } = {}): Promise<VerifiedBlobStore> {
  const store = await openFileBlobStore(path, { clock });
  return verifiedReads(keep ? { ...store, quarantine: async () => false } : store, {
    clock,
    onDamage: () => {},
  });
}

async function requireFresh({ path, database }: DataFolder): Promise<void> {
  if (!(await exists(database))) return;
  const reason = 'it holds a registry already; restore to a new folder, or set it back with --replace';
  throw ashlarError('ASH-BACKUP', { path, reason });
}

/** A restored file beside a database elsewhere would be two truths. */
async function requireOwn({ path, mirror }: DataFolder): Promise<void> {
  if (!(await exists(mirror))) return;
  const reason =
    'its metadata are in PostgreSQL; restore to a new folder, and move that with ashlar migrate-store';
  throw ashlarError('ASH-BACKUP', { path, reason });
}

function refuseLoss({ from, partial }: RestoreOptions, { damaged, missing }: CopyFigures): void {
  const lost = [...damaged, ...missing];
  if (lost.length === 0 || partial) return;
  const some = lost.slice(0, 20).join(', ');
  const rest = lost.length > 20 ? ` and ${lost.length - 20} more` : '';
  const reason = `the bytes of ${some}${rest} are damaged or missing in the backup; nothing was restored. Restore what is there with --partial`;
  throw ashlarError('ASH-BACKUP', { path: from, reason });
}

/** The new database is whole before it takes the place of the old one, which is kept. */
async function replaceMetadata(
  folder: DataFolder,
  snapshot: StoredSnapshot,
  clock: Clock,
): Promise<string | undefined> {
  const fresh = freshDatabase(folder);
  removeDatabase(fresh);
  await restoreSqliteMetadata(fresh, { schema: snapshot.schema, pages: readPages(snapshot) });
  crashPoint('restore.rows-written');
  const replaced = await putAside(folder, clock, 'replaced');
  crashPoint('restore.put-aside');
  await rename(fresh, folder.database);
  crashPoint('restore.named');
  await syncFolder(folder.path);
  return replaced;
}

function freshDatabase({ database }: DataFolder): string {
  return `${database}.restored`;
}

/** What the folder has already stays: clients trust its certificate authority. */
async function restoreFiles(folder: DataFolder, snapshot: StoredSnapshot): Promise<void> {
  const files = join(snapshot.path, fileNames.files);
  if (!(await exists(files))) return;
  for (const name of await readdir(files)) {
    const target = name === 'tls' ? folder.tls : folder.adminToken;
    if (await exists(target)) continue;
    // Whole or not at all, also after a power cut: half an authority would be kept as one that was there.
    const fresh = `${target}.restored`;
    await rm(fresh, { recursive: true, force: true });
    if (name === 'tls') {
      await mkdir(fresh, { mode: 0o700 });
      await copyFolderSynced(join(files, name), fresh);
    } else await copySynced(join(files, name), fresh);
    await rename(fresh, target);
  }
  await syncFolder(folder.path);
}
