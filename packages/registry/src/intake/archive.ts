import { ashlarError } from '@ashlar/core';

import { type ArchiveLimits, archiveLimits, unpackAllowance, unreadable } from './archive-limits.ts';
import { gunzip, isGzip } from './gunzip.ts';
import { type ModuleFile, sortByPath } from './module-file.ts';
import { isTar, readTar } from './read-tar.ts';
import { isZip, readZip } from './read-zip.ts';

/**
 * Reads a zip, a tar.gz or a plain tar, told apart by its first bytes; in memory, never to disk.
 * An archive is taken only when every reader would find the same files in it and every system could unpack them.
 * Folder entries are dropped; files come sorted by the bytes of their path. Their bytes may share memory with
 * `archive`.
 * @throws ASH-ARCHIVE-…
 */
export async function readArchive(
  archive: Buffer,
  limits: ArchiveLimits = archiveLimits,
): Promise<ModuleFile[]> {
  if (archive.length > limits.compressed) {
    throw ashlarError('ASH-ARCHIVE-SIZE', { limit: limits.compressed });
  }
  const files = await readFiles(archive, limits);
  if (files.length === 0) throw ashlarError('ASH-ARCHIVE-EMPTY', {});
  return sortByPath(files);
}

async function readFiles(archive: Buffer, limits: ArchiveLimits): Promise<ModuleFile[]> {
  if (isZip(archive)) return readZip(archive, limits);
  const allowance = unpackAllowance(archive.length, limits);
  if (isGzip(archive)) return readTar(await gunzip(archive, allowance), limits);
  if (!isTar(archive)) throw unreadable(archive.length === 0 ? 'it is empty' : 'it is neither zip nor tar');
  if (archive.length > allowance.bytes) throw allowance.exceeded();
  return readTar(archive, limits);
}
