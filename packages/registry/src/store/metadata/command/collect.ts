import type { Kysely } from 'kysely';

import type { Schema } from '../schema.ts';

interface BlobOfRepository {
  readonly repository: string;
  readonly digest: string;
}

/** Renews the promise that a blob stays in a repository until a manifest names it. */
export async function leaseBlob(
  db: Kysely<Schema>,
  { now, repository, digest }: BlobOfRepository & { readonly now: number },
): Promise<void> {
  await db
    .updateTable('repository_blob')
    .set({ leased_at: now })
    .where('repository', '=', repository)
    .where('digest', '=', digest)
    .where('leased_at', '<', now)
    .execute();
}

/**
 * Takes those of the given blobs out of their repositories that no manifest there names and that nobody was promised
 * since `before` (milliseconds). Returns how many they were.
 */
export async function collectBlobs(
  db: Kysely<Schema>,
  { before, blobs }: { readonly before: number; readonly blobs: readonly BlobOfRepository[] },
): Promise<{ readonly collected: number }> {
  let collected = 0;
  for (const { repository, digest } of blobs) {
    const { numDeletedRows } = await db
      .deleteFrom('repository_blob')
      .where('repository', '=', repository)
      .where('digest', '=', digest)
      .where('leased_at', '<', before)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('manifest_part')
              .select('manifest_part.digest')
              .where('manifest_part.repository', '=', repository)
              .where('manifest_part.digest', '=', digest),
          ),
        ),
      )
      .executeTakeFirstOrThrow();
    collected += Number(numDeletedRows);
  }
  return { collected };
}
