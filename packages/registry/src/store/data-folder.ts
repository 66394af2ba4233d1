import { dirname, join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { ashlarError } from '@ashlar/core';

import { crashPoint } from '../gateway/crash-point.ts';
import { chmod, mkdir, open, readdir, readFile, rename, syncFolder } from '../gateway/file-system.ts';

/** The format of the data folder that this version of Ashlar reads and writes. */
const currentFormat = 1;

/** What a first start may leave behind when it ends before `format` is written; `lost+found` is of a fresh volume. */
const firstStart = new Set(['lock', 'format.new', 'lost+found']);

/**
 * Milliseconds. Two servers that start in the same instant hold parts of the lock for a moment; without patience both
 * may give up. `locking_mode = EXCLUSIVE` is not set for the same reason: it never lets go of such a part.
 */
const lockPatience = 100;

/** Result codes of SQLite, https://www.sqlite.org/rescode.html */
const sqliteBusy = 5;

/** Everything that one server keeps. Paths are absolute. */
export interface DataFolder {
  readonly path: string;
  readonly database: string;
  /** What queries run on while the metadata is in another database; made anew when it is gone. */
  readonly mirror: string;
  /** Folder of the file blob store. */
  readonly blobs: string;
  /** Folder of the local certificate authority. */
  readonly tls: string;
  readonly adminToken: string;
  /** Lets another process open the folder. */
  close(): void;
}

/** Locks of open folders: a connection that nobody refers to would be collected, and its lock released. */
const held = new Set<DatabaseSync>();

/**
 * Opens the data folder for this process alone, and makes it when it is not there; its parent must exist. The
 * operating system releases the lock when the process ends, however that happens.
 * @throws ASH-CONFIG (key `data`: cannot be made, written, or holds something else) ASH-DATA-LOCKED ASH-DATA-FORMAT
 */
export async function openDataFolder(path: string): Promise<DataFolder> {
  const folder = resolve(path);
  await orConfigError(folder, makeFolder(folder));
  // Before anything is touched: the folder may be somebody else's, or of a newer Ashlar.
  await orConfigError(folder, refuseForeign(folder));
  await checkFormat(folder);
  const lock = takeLock(folder);
  crashPoint('folder.locked');
  try {
    await orConfigError(folder, settle(folder));
  } catch (error) {
    release(lock);
    throw error;
  }
  return {
    path: folder,
    database: join(folder, 'metadata.db'),
    mirror: join(folder, 'metadata-mirror.db'),
    blobs: join(folder, 'blobs'),
    tls: join(folder, 'tls'),
    adminToken: join(folder, 'admin-token'),
    close: () => release(lock),
  };
}

/** Not recursive: a mistyped path should be noticed rather than made. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 });
  } catch (error) {
    if (systemCode(error) === 'EEXIST') return;
    throw error;
  }
  crashPoint('folder.made');
  await syncFolder(dirname(folder));
}

async function refuseForeign(folder: string): Promise<void> {
  const names = await readdir(folder);
  if (names.includes('format')) return;
  const foreign = names.find((name) => !firstStart.has(name));
  if (foreign === undefined) return;
  throw configError(`${folder} is not a data folder of ashlar and not empty; it holds "${foreign}"`);
}

/** Says whether there is a format. @throws ASH-DATA-FORMAT when it is not one that this version can work with */
async function checkFormat(folder: string): Promise<boolean> {
  const found = await readFormat(folder);
  if (found === undefined) return false;
  if (found === `${currentFormat}\n`) return true;
  const format = /^\d{1,9}\n?$/.test(found) ? found.trim() : JSON.stringify(found.slice(0, 40));
  throw ashlarError('ASH-DATA-FORMAT', { path: folder, found: format, known: currentFormat });
}

async function readFormat(folder: string): Promise<string | undefined> {
  try {
    return await readFile(join(folder, 'format'), 'utf8');
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT') return undefined;
    const found = `that cannot be read (${code})`;
    throw ashlarError('ASH-DATA-FORMAT', { path: folder, found, known: currentFormat }, { cause: error });
  }
}

/**
 * Node has no `flock`, but SQLite locks files on every platform. Nothing else in this process may open and close
 * `<data>/lock`: POSIX releases all locks that a process has on a file when it closes any descriptor of it.
 */
function takeLock(folder: string): DatabaseSync {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(folder, 'lock'), { timeout: lockPatience });
    // The transaction stays open and never writes, so the journal that it would make beside the file has no use.
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE');
    held.add(lock);
    return lock;
  } catch (error) {
    lock?.close();
    if (sqliteCode(error) === sqliteBusy) {
      throw ashlarError('ASH-DATA-LOCKED', { path: folder }, { cause: error });
    }
    throw configError(`${join(folder, 'lock')} cannot be locked: ${messageOf(error)}`, error);
  }
}

function release(lock: DatabaseSync): void {
  if (held.delete(lock)) lock.close();
}

/** What the first holder of the lock writes. Another process may have been that between our look and our lock. */
async function settle(folder: string): Promise<void> {
  // SQLite makes its file readable for everybody.
  await chmod(join(folder, 'lock'), 0o600);
  if (await checkFormat(folder)) return;
  const fresh = join(folder, 'format.new');
  {
    await using handle = await open(fresh, 'w', 0o600);
    await handle.writeFile(`${currentFormat}\n`);
    await handle.datasync();
  }
  crashPoint('folder.format-written');
  await rename(fresh, join(folder, 'format'));
  crashPoint('folder.format-named');
  await syncFolder(folder);
}

const refusals = new Map([
  ['EACCES', 'may not be written by this user'],
  ['EEXIST', 'is not a folder'],
  ['ENOENT', 'cannot be made because the folder around it does not exist'],
  ['ENOSPC', 'cannot be written because the disk is full'],
  ['ENOTDIR', 'is not a folder, or lies in something that is not a folder'],
  ['EPERM', 'may not be written by this user'],
  ['EROFS', 'lies on a file system that is read-only'],
]);

async function orConfigError<T>(folder: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const code = systemCode(error);
    const refusal = code === undefined ? undefined : refusals.get(code);
    if (refusal === undefined) throw error;
    throw configError(`${folder} ${refusal}`, error);
  }
}

function configError(reason: string, cause?: unknown): Error {
  const fix = 'Name an empty folder, a new one, or one that ashlar made, with --data or ASHLAR_DATA.';
  return ashlarError('ASH-CONFIG', { key: 'data', reason, fix }, { cause });
}

function systemCode(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}

function sqliteCode(error: unknown): number | undefined {
  return error instanceof Error ? (error as Error & { errcode?: number }).errcode : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
