import { ashlarError } from '@ashlar/core';

import type { Config } from '../config/index.ts';
import { existsSync } from '../gateway/file-system.ts';
import { checkPlace, placeOf } from '../store/blob/index.ts';
import type { DataFolder } from '../store/data-folder.ts';

/**
 * Refuses to look for the metadata or the content of a data folder where they are not: the server would begin anew,
 * beside what it acknowledged. Before anything is opened, so that nothing is made.
 * @throws ASH-CONFIG
 */
export async function checkPlaces(
  { path, database, mirror, blobs }: DataFolder,
  config: Pick<Config, 'database' | 'blobs'>,
): Promise<void> {
  await checkPlace(blobs, placeOf(config.blobs));
  const isFile = existsSync(database);
  // What takes its place last, or is a sign until then.
  const isUnfinished = existsSync(`${database}.restored`) || existsSync(`${database}.moved`);
  if (config.database === undefined && !isFile && isUnfinished) {
    const reason = `ashlar restore or migrate-store was interrupted in ${path}`;
    throw ashlarError('ASH-CONFIG', { key: 'data', reason, fix: 'Run it once more.' });
  }
  if (config.database !== undefined && isFile) {
    const reason = `the metadata of ${path} are in a file`;
    const fix = 'Move them with ashlar migrate-store, or start without --database (ASHLAR_DATABASE).';
    throw ashlarError('ASH-CONFIG', { key: 'database', reason, fix });
  }
  if (config.database === undefined && !isFile && existsSync(mirror)) {
    const reason = `the metadata of ${path} are in PostgreSQL`;
    const fix = 'Start with --database (ASHLAR_DATABASE), or move them with ashlar migrate-store.';
    throw ashlarError('ASH-CONFIG', { key: 'database', reason, fix });
  }
}
