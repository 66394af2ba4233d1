import { createHash } from 'node:crypto';
import { join } from 'node:path';

import { ashlarError, type Digest } from '@ashlar/core';

import type { DatabaseAddress } from '../config/database.ts';
import type { Clock } from '../gateway/clock.ts';
import { mkdir, rename, rm, stat, syncFolder } from '../gateway/file-system.ts';
import {
  checkPlace,
  openFileBlobStore,
  placeOf,
  rememberPlace,
  type VerifiedBlobStore,
  verifiedReads,
} from '../store/blob/index.ts';
import { type DataFolder, openDataFolder } from '../store/data-folder.ts';
import { openSqliteSnapshot, restoreSqliteMetadata, type Snapshot } from '../store/metadata/index.ts';
import { type CopyFigures, copyBlobs } from './copy-blob.ts';

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
  await checkPlace(folder.blobs, placeOf(from.blobs));
  const source = await readAll(folder, from);
  // Before the bytes, which may take hours.
  if (movesRows) await requireRoom(folder, to);
  const copied = movesBlobs ? await moveBlobs(folder, options, source.digests) : nothingCopied();
  if (movesRows) {
    await writeAll(folder, from, to);
    const target = await readAll(folder, to);
    if (target.hash !== source.hash) throw refusal('the rows that were written are not those that were read');
  }
  // From here on a server finds the content at its new place.
  if (movesBlobs) await rememberPlace(folder.blobs, placeOf(to.blobs));
  const aside = movesRows && from.database === undefined ? await putAside(folder, options.clock) : undefined;
  if (movesRows) await removeDatabase(folder.mirror);
  return { ...copied, rows: source.rows, aside };
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
  return { rows: count, hash: hash.digest('hex'), digests };
}

async function snapshotOf(folder: DataFolder, { database }: Stores): Promise<Snapshot> {
  if (database !== undefined) {
    const postgres = await import('../store/metadata/postgres/snapshot.ts');
    return await postgres.snapshotOf(database.url.reveal(), database.shown);
  }
  if (await exists(folder.database)) return await openSqliteSnapshot(folder.database);
  throw refusal(`${folder.path} holds no metadata; name their database with --from-database`);
}

async function requireRoom(folder: DataFolder, { database }: Stores): Promise<void> {
  if (database !== undefined) {
    const { requireEmpty } = await import('../store/metadata/postgres/snapshot.ts');
    await requireEmpty(database.url.reveal(), database.shown);
  } else if (await exists(folder.database)) {
    throw refusal(`${folder.database} exists; put it aside first`);
  }
}

async function writeAll(folder: DataFolder, from: Stores, to: Stores): Promise<void> {
  const snapshot = await snapshotOf(folder, from);
  try {
    if (to.database !== undefined) {
      const { restorePostgresMetadata } = await import('../store/metadata/postgres/snapshot.ts');
      await restorePostgresMetadata(to.database.url.reveal(), to.database.shown, snapshot);
      return;
    }
    const fresh = `${folder.database}.moved`;
    await removeDatabase(fresh);
    await restoreSqliteMetadata(fresh, snapshot);
    await rename(fresh, folder.database);
    await syncFolder(folder.path);
  } finally {
    await snapshot.close();
  }
}

const databaseFiles = ['', '-wal', '-shm'];

async function removeDatabase(path: string): Promise<void> {
  for (const suffix of databaseFiles) await rm(`${path}${suffix}`, { force: true });
}

/** A server that is started without its database would take it for the registry. */
async function putAside({ path, database }: DataFolder, clock: Clock): Promise<string> {
  const aside = join(path, `moved-${new Date(clock.now()).toISOString().replaceAll(':', '-')}`);
  await mkdir(aside, { mode: 0o700 });
  for (const suffix of databaseFiles) {
    if (await exists(`${database}${suffix}`)) {
      await rename(`${database}${suffix}`, join(aside, `metadata.db${suffix}`));
    }
  }
  await syncFolder(aside);
  await syncFolder(path);
  return aside;
}

async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}

function refusal(reason: string): Error {
  return ashlarError('ASH-MIGRATE', { reason });
}
