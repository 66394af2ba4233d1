import { join } from 'node:path';

import type { Clock } from '../gateway/clock.ts';
import { mkdir, rename, rm, stat, syncFolder } from '../gateway/file-system.ts';
import type { DataFolder } from '../store/data-folder.ts';

/** What a database consists of, itself first: without its log it could be half of itself. */
const suffixes = ['', '-wal', '-shm'];

export async function removeDatabase(path: string): Promise<void> {
  for (const suffix of suffixes) await rm(`${path}${suffix}`, { force: true });
}

/**
 * Makes room for another database of the data folder and says where the old one went. What is left of one that was put
 * aside by halves goes as well: SQLite would take its log for that of the next.
 */
export async function putAside(
  { path, database }: DataFolder,
  clock: Clock,
  why: 'moved' | 'replaced',
): Promise<string | undefined> {
  const present: string[] = [];
  for (const suffix of suffixes) if (await exists(`${database}${suffix}`)) present.push(suffix);
  if (present.length === 0) return undefined;
  const aside = join(path, `${why}-${new Date(clock.now()).toISOString().replaceAll(':', '-')}`);
  await mkdir(aside, { mode: 0o700 });
  for (const suffix of present) await rename(`${database}${suffix}`, join(aside, `metadata.db${suffix}`));
  await syncFolder(aside);
  await syncFolder(path);
  return aside;
}

export async function exists(path: string): Promise<boolean> {
  return await stat(path).then(
    () => true,
    () => false,
  );
}
