import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';

import { ashlarError, type Digest } from '@ashlar/core';

import { createReadStream, readdir, readFile } from '../../gateway/file-system.ts';
import type { RowPage } from '../../store/metadata/index.ts';
import { type BackupFolder, fileNames, SnapshotInfo } from './format.ts';

export interface StoredSnapshot extends SnapshotInfo {
  readonly name: string;
  readonly path: string;
}

/** The finished snapshots of a backup, the oldest first. @throws ASH-BACKUP when one is damaged */
export async function listSnapshots({ snapshots }: BackupFolder): Promise<StoredSnapshot[]> {
  const names = (await readdir(snapshots)).filter((name) => !name.endsWith('.partial'));
  const found = await Promise.all(names.map(async (name) => await readInfo(join(snapshots, name), name)));
  return found.toSorted((a, b) => a.at - b.at);
}

async function readInfo(path: string, name: string): Promise<StoredSnapshot> {
  try {
    const info = SnapshotInfo.parse(JSON.parse(await readFile(join(path, fileNames.info), 'utf8')));
    return { ...info, name, path };
  } catch (error) {
    const reason = `${fileNames.info} is missing or damaged; remove this folder, or repair it`;
    throw ashlarError('ASH-BACKUP', { path, reason }, { cause: error });
  }
}

/**
 * The snapshot of a name, or the newest one that is not younger than `at` (milliseconds), or the newest.
 * @throws ASH-BACKUP
 */
export async function chooseSnapshot(
  folder: BackupFolder,
  choice: { readonly name?: string | undefined; readonly at?: number | undefined },
): Promise<StoredSnapshot> {
  const all = await listSnapshots(folder);
  const fitting = all.filter(
    ({ name, at }) =>
      (choice.name === undefined || name === choice.name) && (choice.at === undefined || at <= choice.at),
  );
  const chosen = fitting.at(-1);
  if (chosen) return chosen;
  const names = all.map(({ name }) => name).join(', ');
  const reason = names === '' ? 'it holds no finished snapshot' : `it holds no such snapshot, only ${names}`;
  throw ashlarError('ASH-BACKUP', { path: folder.path, reason });
}

/** Reads all rows once, so that a damaged file is noticed before anything is written. @throws ASH-BACKUP */
export async function checkRows(snapshot: StoredSnapshot): Promise<Set<Digest>> {
  const file = join(snapshot.path, fileNames.metadata);
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file)) hash.update(chunk as Buffer);
  } catch (error) {
    throw ashlarError('ASH-BACKUP', { path: file, reason: 'it cannot be read' }, { cause: error });
  }
  if (hash.digest('hex') !== snapshot.metadata) {
    throw ashlarError('ASH-BACKUP', { path: file, reason: 'it is damaged; choose another snapshot' });
  }
  const digests = new Set<Digest>();
  for await (const { table, rows } of readPages(snapshot)) {
    if (table !== 'repository_blob' && table !== 'manifest') continue;
    for (const { digest } of rows) digests.add(digest as Digest);
  }
  return digests;
}

/** The rows, of a file that was checked. */
export async function* readPages(snapshot: StoredSnapshot): AsyncGenerator<RowPage> {
  const source = createReadStream(join(snapshot.path, fileNames.metadata));
  let isFirst = true;
  for await (const line of linesOf(pipeline(source, createGunzip(), () => {}))) {
    // The schema, which `snapshot.json` has too.
    if (!isFirst) yield JSON.parse(line) as RowPage;
    isFirst = false;
  }
}

/** Node's readline also ends lines at U+2028, which JSON does not escape. */
async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
      yield Buffer.concat([...parts, chunk.subarray(start, end)]).toString('utf8');
      parts = [];
      start = end + 1;
    }
    if (start < chunk.length) parts.push(chunk.subarray(start));
  }
}
