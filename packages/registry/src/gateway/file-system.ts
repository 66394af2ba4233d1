import {
  closeSync,
  fsync,
  open as openWithCallback,
  readFile as readFileWithCallback,
  readFileSync,
  write,
} from 'node:fs';
import { promisify } from 'node:util';

/** The only door to the file system. */
export {
  createReadStream,
  constants,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
export {
  access,
  chmod,
  copyFile,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  open,
  opendir,
  readdir,
  realpath,
  rename,
  rm,
  rmdir,
  stat,
  statfs,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
export type { BigIntStats } from 'node:fs';
export type { FileHandle } from 'node:fs/promises';

/** Reads a whole file. Not the one of `node:fs/promises`, which makes a handle of its own and takes a third longer. */
export const readFile = promisify(readFileWithCallback);

const openFd = promisify(openWithCallback);
const syncFd = promisify(fsync);

/**
 * Makes the names inside a folder survive a power cut: what was created, renamed or removed there before this call.
 * Windows cannot sync folders and keeps names in its journal by itself.
 */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const fd = await openFd(path, 'r');
  try {
    await syncFd(fd);
  } finally {
    // Each step on another thread costs more than closing, which waits for nothing where only names were read.
    closeSync(fd);
  }
}

/** Writes to an open descriptor on another thread; resolves to the number of bytes that were taken. */
export async function writeFd(fd: number, bytes: Uint8Array): Promise<number> {
  return await new Promise((resolve, reject) => {
    write(fd, bytes, (error, written) => (error === null ? resolve(written) : reject(error)));
  });
}

/** How many files and connections this process may have open; undefined where the system does not tell. */
export function openFileLimit(): number | undefined {
  try {
    const soft = /^Max open files\s+(\S+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined || soft === 'unlimited' ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}
