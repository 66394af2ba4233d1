import type { Kysely } from 'kysely';

import { inChunks } from '../chunk.ts';
import type { Schema } from '../schema.ts';

/** A blob that the metadata counts on. */
export interface NamedBlob {
  readonly digest: string;
  readonly size: number;
}

export interface HeldBlob {
  readonly repository: string;
  readonly digest: string;
  readonly size: number;
  /** When it was last promised to somebody, in milliseconds. */
  readonly leased_at: number;
  /** Whether a manifest of the repository names it. */
  readonly isNamed: boolean;
}

/** Blobs of repositories in the order of their keys; a page of `limit` after the given one. */
export async function listHeldBlobs(
  db: Kysely<Schema>,
  {
    after,
    limit,
  }: {
    readonly after: { readonly repository: string; readonly digest: string } | undefined;
    readonly limit: number;
  },
): Promise<HeldBlob[]> {
  let query = db
    .selectFrom('repository_blob as blob')
    .select(({ exists, selectFrom, case: when }) => [
      'blob.repository',
      'blob.digest',
      'blob.size',
      'blob.leased_at',
      when()
        .when(
          exists(
            selectFrom('manifest_part as part')
              .select('part.digest')
              .whereRef('part.repository', '=', 'blob.repository')
              .whereRef('part.digest', '=', 'blob.digest'),
          ),
        )
        .then(1)
        .else(0)
        .end()
        .as('named'),
    ])
    .orderBy('blob.repository')
    .orderBy('blob.digest')
    .limit(limit);
  if (after !== undefined) {
    query = query.where(({ eb, refTuple, tuple }) =>
      eb(refTuple('blob.repository', 'blob.digest'), '>', tuple(after.repository, after.digest)),
    );
  }
  const rows = await query.execute();
  return rows.map(({ named, ...row }) => ({ ...row, isNamed: named === 1 }));
}

/** Which of these digests a repository holds, as a blob or as a manifest: all others are stored for nobody. */
export async function findNamedDigests(
  db: Kysely<Schema>,
  { digests }: { readonly digests: readonly string[] },
): Promise<Set<string>> {
  const of = async (table: 'repository_blob' | 'manifest') =>
    await inChunks(
      digests,
      async (chunk) =>
        await db.selectFrom(table).select('digest').distinct().where('digest', 'in', chunk).execute(),
    );
  const rows = [...(await of('repository_blob')), ...(await of('manifest'))];
  return new Set(rows.map(({ digest }) => digest));
}

/** Every digest that a repository holds, in ASCII order, each once; page by page with `after`. */
export async function listNamedBlobs(
  db: Kysely<Schema>,
  { after, limit }: { readonly after: string; readonly limit: number },
): Promise<NamedBlob[]> {
  const of = (table: 'repository_blob' | 'manifest') =>
    db
      .selectFrom(table)
      .select(({ fn }) => ['digest', fn.max('size').as('size')])
      .where('digest', '>', after)
      .groupBy('digest')
      .orderBy('digest')
      .limit(limit)
      .execute();
  const rows = [...(await of('repository_blob')), ...(await of('manifest'))];
  const sizes = new Map(rows.map(({ digest, size }) => [digest, Number(size)]));
  return [...sizes]
    .map(([digest, size]) => ({ digest, size }))
    .toSorted((a, b) => (a.digest < b.digest ? -1 : 1))
    .slice(0, limit);
}

/** Repositories that hold a digest, to tell a person what is concerned; at most `limit`. */
export async function listHolders(
  db: Kysely<Schema>,
  { digest, limit }: { readonly digest: string; readonly limit: number },
): Promise<string[]> {
  const of = async (table: 'repository_blob' | 'manifest') =>
    await db
      .selectFrom(table)
      .select('repository')
      .where('digest', '=', digest)
      .orderBy('repository')
      .limit(limit)
      .execute();
  const rows = [...(await of('repository_blob')), ...(await of('manifest'))];
  return [...new Set(rows.map(({ repository }) => repository))].toSorted().slice(0, limit);
}
