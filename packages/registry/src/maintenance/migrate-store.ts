import { createHash } from 'node:crypto';

import { ashlarError, type Digest } from '@ashlar/core';

import type { DatabaseAddress } from '../config/database.ts';
import type { Clock } from '../gateway/clock.ts';
import { exists, rename, rm, stat, syncFolder, writeFile } from '../gateway/file-system.ts';
import {
  checkPlace,
  openFileBlobStore,
  placeOf,
  rememberPlace,
  type VerifiedBlobStore,
  verifiedReads,
} from '../store/blob/index.ts';
import { type DataFolder, openDataFolder } from '../store/data-folder.ts';
import {
  newestSchema,
  openSqliteSnapshot,
  removeDatabase,
  requireKnownSchema,
  restoreSqliteMetadata,
  type Snapshot,
} from '../store/metadata/index.ts';
import { type CopyFigures, copyBlobs } from './copy-blob.ts';
import { putAside } from './database-files.ts';

/** Where a registry keeps what it stores; what is absent is in its data folder. */
export interface Stores {
  readonly database: DatabaseAddress | undefined;
  /** `s3://…` */
  readonly blobs: string | undefined;
}

export interface MigrateOptions {
  readonly data: string;
  readonly from: Stores;
  readonly to: Stores;
  readonly clock: Clock;
  readonly onProgress?: (figures: CopyFigures, of: number) => void;
}

export interface Migrated extends CopyFigures {
  readonly rows: number;
  /** Where the metadata file of the data folder was put, when it is not used any more. */
  readonly aside: string | undefined;
}

/**
 * Moves the stores of a registry whose server is stopped: bytes first, each hashed on both sides, then the rows, which
 * are read again and compared. What it was moved from stays as it is, except that a metadata file that would be taken
 * for the registry is put aside.
 * @throws ASH-DATA-LOCKED ASH-MIGRATE and what keeps a store from being opened
 */
export async function migrateStore(options: MigrateOptions): Promise<Migrated> {
  const folder = await openDataFolder(options.data);
  try {
    return await migrate(folder, options);
  } finally {
    folder.close();
  }
}

async function migrate(folder: DataFolder, options: MigrateOptions): Promise<Migrated> {
  const { from, to } = options;
  const movesRows = from.database?.url.reveal() !== to.database?.url.reveal();
  const movesBlobs = placeOf(from.blobs) !== placeOf(to.blobs);
  if (!movesRows && !movesBlobs) throw refusal('both are the same');
  if (movesRows && (await isLeft(folder, options))) return await finish(folder, options);
  await requirePlace(folder, options);
  const source = await readAll(folder, from);
  requireNewest(source, from.database?.shown ?? folder.path);
  // One that was interrupted and runs again may have written them.
  const writesRows = movesRows && !(await holdsRows(folder, to, source));
  // Before the bytes, which may take hours.
  if (writesRows) await requireRoom(folder, to);
  const copied = movesBlobs ? await moveBlobs(folder, options, source.digests) : nothingCopied();
  if (writesRows) {
    await writeAll(folder, options);
    const target = await readAll(folder, to);
    if (target.hash !== source.hash) throw refusal('the rows that were written are not those that were read');
  }
  // From here on a server finds the content at its new place.
  if (movesBlobs) await rememberPlace(folder.blobs, placeOf(to.blobs));
  const aside = movesRows ? await leaveDatabase(folder, options) : undefined;
  return { ...copied, rows: source.rows, aside };
}

/** Whether all but putting the file aside was done: it is gone, and the sign says that the rows are elsewhere. */
async function isLeft({ database, mirror }: DataFolder, { from, to }: MigrateOptions): Promise<boolean> {
  if (from.database !== undefined || to.database === undefined || (await exists(database))) return false;
  return (await exists(mirror)) && (await stat(mirror)).size === 0;
}

/** What was interrupted while the file was put aside, and runs again: its rows and bytes were moved before. */
async function finish(folder: DataFolder, options: MigrateOptions): Promise<Migrated> {
  await checkPlace(folder.blobs, placeOf(options.to.blobs));
  const { rows } = await readAll(folder, options.to);
  if (rows === 0) throw noMetadata(folder);
  return { ...nothingCopied(), rows, aside: await leaveDatabase(folder, options) };
}

/** The content is where it is moved from, or already there where an interrupted move brought it. */
async function requirePlace({ blobs }: DataFolder, { from, to }: MigrateOptions): Promise<void> {
  try {
    await checkPlace(blobs, placeOf(from.blobs));
  } catch (error) {
    await checkPlace(blobs, placeOf(to.blobs)).catch(() => {
      throw error;
    });
  }
}

/** Writing rows also brings them up to date, and then they are not those that were read. */
function requireNewest({ schema }: Rows, shown: string): void {
  requireKnownSchema(schema, shown);
  if (schema === newestSchema) return;
  throw refusal(
    'an older ashlar wrote the metadata; start the server once where they are, and stop it again',
  );
}

async function holdsRows(folder: DataFolder, stores: Stores, { hash }: Rows): Promise<boolean> {
  // What cannot be read is no reason yet: whoever looks for room says what is wrong.
  const found = await readAll(folder, stores).catch(() => undefined);
  return found?.hash === hash;
}

/** Sees to it that nobody takes what was moved away for the registry, now or when this is interrupted. */
async function leaveDatabase(
  folder: DataFolder,
  { from, to, clock }: MigrateOptions,
): Promise<string | undefined> {
  if (to.database === undefined) removeDatabase(folder.mirror);
  else await writeSign(folder);
  await syncFolder(folder.path);
  return from.database === undefined ? await putAside(folder, clock, 'moved') : undefined;
}

/**
 * Empty it is no mirror, but says that there is a database elsewhere; one of the two is there at every moment. The log of
 * the old one goes last: SQLite leaves it out beside an empty file.
 */
async function writeSign({ mirror }: DataFolder): Promise<void> {
  const sign = `${mirror}.new`;
  removeDatabase(sign);
  await writeFile(sign, '', { mode: 0o600 });
  await rename(sign, mirror);
  for (const suffix of ['-wal', '-shm']) await rm(`${mirror}${suffix}`, { force: true });
}

function nothingCopied(): CopyFigures {
  return { copied: 0, bytes: 0, present: 0, damaged: [], missing: [] };
}

async function moveBlobs(
  folder: DataFolder,
  { from, to, clock, onProgress }: MigrateOptions,
  digests: ReadonlySet<Digest>,
): Promise<CopyFigures> {
  const source = await openBlobs(folder, from, clock);
  const target = await openBlobs(folder, to, clock);
  try {
    const copied = await copyBlobs(source, target, digests, {
      trustPresent: false,
      onProgress: (figures) => onProgress?.(figures, digests.size),
    });
    const lost = [...copied.damaged, ...copied.missing];
    if (lost.length === 0) return copied;
    const some = `${lost.slice(0, 20).join(', ')}${lost.length > 20 ? ` and ${lost.length - 20} more` : ''}`;
    throw refusal(`the bytes of ${some} are damaged or missing; run ashlar scrub and restore them first`);
  } finally {
    await source.close();
    await target.close();
  }
}

async function openBlobs(folder: DataFolder, { blobs }: Stores, clock: Clock): Promise<VerifiedBlobStore> {
  return verifiedReads(await openPlainBlobs(folder, blobs, clock), { clock, onDamage: () => {} });
}

async function openPlainBlobs({ blobs: folder }: DataFolder, url: string | undefined, clock: Clock) {
  if (url === undefined) return await openFileBlobStore(folder, { clock });
  const { openS3BlobStore } = await import('../store/blob/s3/index.ts');
  return await openS3BlobStore(url, { clock, staging: folder });
}

interface Rows {
  readonly schema: string;
  readonly rows: number;
  /** Of every row, whatever the engine. */
  readonly hash: string;
  /** What the rows name. */
  readonly digests: ReadonlySet<Digest>;
}

async function readAll(folder: DataFolder, stores: Stores): Promise<Rows> {
  const snapshot = await snapshotOf(folder, stores);
  const hash = createHash('sha256');
  const digests = new Set<Digest>();
  let count = 0;
  try {
    for await (const { table, rows } of snapshot.pages) {
      for (const row of rows) {
        // Engines give columns in the order in which they were added.
        const columns = Object.entries(row).toSorted(([a], [b]) => (a < b ? -1 : 1));
        hash.update(`${JSON.stringify([table, columns])}\n`);
        if (table === 'repository_blob' || table === 'manifest') digests.add(row['digest'] as Digest);
        count++;
      }
    }
  } finally {
    await snapshot.close();
  }
  return { schema: snapshot.schema, rows: count, hash: hash.digest('hex'), digests };
}

async function snapshotOf(folder: DataFolder, { database }: Stores): Promise<Snapshot> {
  if (database !== undefined) {
    const postgres = await import('../store/metadata/postgres/snapshot.ts');
    return await postgres.snapshotOf(database.url.reveal(), database.shown);
  }
  if (await exists(folder.database)) return await openSqliteSnapshot(folder.database);
  throw noMetadata(folder);
}

function noMetadata({ path }: DataFolder): Error {
  return refusal(`${path} holds no metadata; name their database with --from-database`);
}

async function requireRoom(folder: DataFolder, { database }: Stores): Promise<void> {
  if (database !== undefined) {
    const { requireEmpty } = await import('../store/metadata/postgres/snapshot.ts');
    await requireEmpty(database.url.reveal(), database.shown);
  } else if (await exists(folder.database)) {
    throw refusal(`${folder.database} exists; put it aside first`);
  }
}

async function writeAll(folder: DataFolder, { from, to, clock }: MigrateOptions): Promise<void> {
  const snapshot = await snapshotOf(folder, from);
  try {
    if (to.database !== undefined) {
      const { restorePostgresMetadata } = await import('../store/metadata/postgres/snapshot.ts');
      await restorePostgresMetadata(to.database.url.reveal(), to.database.shown, snapshot);
      return;
    }
    const fresh = `${folder.database}.moved`;
    removeDatabase(fresh);
    await restoreSqliteMetadata(fresh, snapshot);
    await putAside(folder, clock, 'moved');
    await rename(fresh, folder.database);
    await syncFolder(folder.path);
  } finally {
    await snapshot.close();
  }
}

function refusal(reason: string): Error {
  return ashlarError('ASH-MIGRATE', { reason });
}
