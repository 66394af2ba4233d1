import { join } from 'node:path';

import type { Clock } from '../gateway/clock.ts';
import { crashPoint } from '../gateway/crash-point.ts';
import { exists, mkdir, readdir, rename, syncFolder } from '../gateway/file-system.ts';
import type { DataFolder } from '../store/data-folder.ts';
import { databaseSuffixes } from '../store/metadata/index.ts';

/**
 * Makes room for another database of the data folder and says where the old one went. One that was put aside by halves
 * is brought to where its first half lies: SQLite would take the log that it left for that of the next.
 */
export async function putAside(
  { path, database }: DataFolder,
  clock: Clock,
  why: 'moved' | 'replaced',
): Promise<string | undefined> {
  const present: string[] = [];
  for (const suffix of databaseSuffixes) if (await exists(`${database}${suffix}`)) present.push(suffix);
  const begun = present.includes('') ? undefined : await halfAside(path);
  if (begun === undefined && present.length === 0) return undefined;
  const at = new Date(clock.now()).toISOString().replaceAll(':', '-');
  const partial = begun ?? join(path, `${why}-${at}${unfinished}`);
  if (begun === undefined) await mkdir(partial, { mode: 0o700 });
  for (const suffix of present) {
    await rename(`${database}${suffix}`, join(partial, `metadata.db${suffix}`));
    crashPoint('database.half-aside');
  }
  await syncFolder(partial);
  const aside = partial.slice(0, -unfinished.length);
  await rename(partial, aside);
  await syncFolder(path);
  return aside;
}

/** Ends the name of a folder until the whole database lies in it. */
const unfinished = '.partial';

/** The folder that a database was being put aside to when that was interrupted. */
async function halfAside(path: string): Promise<string | undefined> {
  const names = (await readdir(path)).filter((name) => /^(?:moved|replaced)-.*\.partial$/.test(name));
  for (const name of names.toSorted().toReversed()) {
    if (await exists(join(path, name, 'metadata.db'))) return join(path, name);
  }
  return undefined;
}
