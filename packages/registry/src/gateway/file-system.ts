import { readFile as readFileWithCallback } from 'node:fs';
import { open } from 'node:fs/promises';
import { promisify } from 'node:util';

/** The only door to the file system. */
export { createReadStream, constants, existsSync, readFileSync } from 'node:fs';
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
  rename,
  rm,
  rmdir,
  stat,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
export type { FileHandle } from 'node:fs/promises';

/** Reads a whole file. Not the one of `node:fs/promises`, which makes a handle of its own and takes a third longer. */
export const readFile = promisify(readFileWithCallback);

/**
 * Makes the names inside a folder survive a power cut: what was created, renamed or removed there before this call.
 * Windows cannot sync folders and keeps names in its journal by itself.
 */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  await using folder = await open(path, 'r');
  await folder.sync();
}
