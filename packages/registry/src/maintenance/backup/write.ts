import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';

import type { Digest } from '@ashlar/core';

import { crashPoint } from '../../gateway/crash-point.ts';
import { exists, mkdir, open, rename, rm, syncFolder } from '../../gateway/file-system.ts';
import type { Registry } from '../../registry.ts';
import { productVersion } from '../../server/product.ts';
import { openFileBlobStore, verifiedReads } from '../../store/blob/index.ts';
import type { RowPage, Snapshot } from '../../store/metadata/index.ts';
import { copyBlobs } from '../copy-blob.ts';
import type { TaskControl } from '../task.ts';
import {
  type BackupFolder,
  copyFolderSynced,
  copySynced,
  fileNames,
  openBackup,
  orBackupError,
  type SnapshotInfo,
  writeWhole,
} from './format.ts';

export type BackupFigures = {
  snapshot: string;
  rows: number;
  copied: number;
  bytes: number;
  present: number;
  damaged: string[];
  missing: string[];
};

/**
 * Copies everything to a folder on the machine of the server, while it goes on: first all rows of one moment, then the
 * bytes that they name and that the folder does not have. Nothing that a row names is collected meanwhile.
 * @throws ASH-BACKUP
 */
export async function backup(
  registry: Registry,
  target: string,
  control: Pick<TaskControl, 'signal' | 'report'>,
): Promise<BackupFigures> {
  const folder = await openBackup(target, registry.folder.path);
  try {
    return await writeSnapshot(registry, folder, control);
  } catch (error) {
    throw orBackupError(target, error);
  }
}

async function writeSnapshot(
  registry: Registry,
  folder: BackupFolder,
  { signal, report }: Pick<TaskControl, 'signal' | 'report'>,
): Promise<BackupFigures> {
  const at = registry.clock.now();
  const name = new Date(at).toISOString().replaceAll(':', '-');
  const partial = join(folder.snapshots, `${name}.partial`);
  await mkdir(partial, { mode: 0o700 });
  try {
    const rows = await writeRows(registry, join(partial, fileNames.metadata));
    crashPoint('backup.rows-written');
    await copyFiles(registry, join(partial, fileNames.files));
    const { clock, blobs } = registry;
    const store = verifiedReads(await openFileBlobStore(folder.blobs, { clock }), {
      clock,
      onDamage: () => {},
    });
    // Pieces of a backup that was killed; nothing of this one is there yet.
    await store.sweepUploads(at);
    const copied = await copyBlobs(blobs, store, rows.digests, {
      trustPresent: true,
      signal,
      onProgress: (figures) => report({ ...figures, of: rows.digests.size }),
    });
    crashPoint('backup.blobs-copied');
    const { damaged, missing } = copied;
    const lost = [...damaged, ...missing];
    const info: SnapshotInfo = {
      at,
      product: productVersion,
      schema: rows.schema,
      rows: rows.count,
      blobs: rows.digests.size - lost.length,
      bytes: rows.bytes,
      metadata: rows.hash,
      lost,
    };
    await writeWhole(join(partial, fileNames.info), `${JSON.stringify(info, null, 2)}\n`);
    await rename(partial, join(folder.snapshots, name));
    crashPoint('backup.named');
    await syncFolder(folder.snapshots);
    return { snapshot: name, rows: rows.count, ...copied };
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

interface WrittenRows {
  readonly schema: string;
  readonly count: number;
  /** sha256 of the file. */
  readonly hash: string;
  /** What the rows name, each once, and the sum of their sizes. */
  readonly digests: ReadonlySet<Digest>;
  readonly bytes: number;
}

async function writeRows({ metadata }: Registry, path: string): Promise<WrittenRows> {
  const snapshot: Snapshot = await metadata.snapshot();
  const digests = new Set<Digest>();
  let [count, bytes] = [0, 0];
  async function* lines() {
    yield `${JSON.stringify({ schema: snapshot.schema })}\n`;
    for await (const page of snapshot.pages) {
      count += page.rows.length;
      for (const [digest, size] of namedBy(page)) {
        if (digests.has(digest)) continue;
        digests.add(digest);
        bytes += size;
      }
      yield `${JSON.stringify(page)}\n`;
    }
  }
  const hash = createHash('sha256');
  async function* hashed(source: AsyncIterable<Buffer>) {
    for await (const chunk of source) {
      hash.update(chunk);
      yield chunk;
    }
  }
  try {
    await using file = await open(path, 'wx', 0o600);
    await pipeline(Readable.from(lines()), createGzip(), hashed, async (chunks: AsyncIterable<Buffer>) => {
      for await (const chunk of chunks) await file.writeFile(chunk);
    });
    await file.datasync();
  } finally {
    await snapshot.close();
  }
  return { schema: snapshot.schema, count, hash: hash.digest('hex'), digests, bytes };
}

function* namedBy({ table, rows }: RowPage): Generator<[Digest, number]> {
  if (table !== 'repository_blob' && table !== 'manifest') return;
  for (const { digest, size } of rows) yield [digest as Digest, Number(size)];
}

/** The local certificate authority, which clients trust, and the admin token. */
async function copyFiles({ folder }: Registry, target: string): Promise<void> {
  await mkdir(join(target, 'tls'), { recursive: true, mode: 0o700 });
  if (await exists(folder.adminToken)) await copySynced(folder.adminToken, join(target, 'admin-token'));
  if (!(await exists(folder.tls))) return;
  await copyFolderSynced(folder.tls, join(target, 'tls'));
  await syncFolder(target);
}
