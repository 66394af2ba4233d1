import { rmSync } from '../../../gateway/file-system.ts';

/** What a database consists of, itself first: without its log it could be half of itself. */
export const databaseSuffixes = ['', '-wal', '-shm'] as const;

/** At once, so that another one can take its place before anybody else has a turn. */
export function removeDatabase(path: string): void {
  for (const suffix of databaseSuffixes) rmSync(`${path}${suffix}`, { force: true });
}
