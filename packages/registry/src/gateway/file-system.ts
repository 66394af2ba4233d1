import { write } from 'node:fs';
import { open } from 'node:fs/promises';

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
  readFile,
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

/**
 * Makes the names inside a folder survive a power cut: what was created, renamed or removed there before this call.
 * Windows cannot sync folders and keeps names in its journal by itself.
 */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using folder = await open(path, 'r');
  await folder.sync();
}

/** Writes to an open descriptor on another thread; resolves to the number of bytes that were taken. */
export async function writeFd(fd: number, bytes: Uint8Array): Promise<number> {
  return await new Promise((resolve, reject) => {
    write(fd, bytes, (error, written) => (error === null ? resolve(written) : reject(error)));
  });
}
