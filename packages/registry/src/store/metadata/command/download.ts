import type { Kysely } from 'kysely';

import type { Schema } from '../schema.ts';

export interface DownloadCount {
  readonly repository: string;
  readonly version: string;
  /** Day as `2026-08-21`. */
  readonly day: string;
  readonly count: number;
}

/** Adds to the download counters; written in batches, so a few seconds late. */
export async function recordDownloads(
  db: Kysely<Schema>,
  { downloads }: { readonly downloads: readonly DownloadCount[] },
): Promise<void> {
  for (const download of downloads) {
    await db
      .insertInto('download')
      .values(download)
      .onConflict((conflict) =>
        conflict.columns(['repository', 'version', 'day']).doUpdateSet((eb) => ({
          count: eb('download.count', '+', eb.ref('excluded.count')),
        })),
      )
      .execute();
  }
}
