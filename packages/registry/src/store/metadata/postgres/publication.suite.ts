import type { Cluster } from '../../../../../../tests/support/postgres.ts';
import type { MetadataStore } from '../metadata-store.ts';
import type { Snapshot } from '../snapshot.ts';
import { digest, now, repository } from '../suite/example.ts';
import { snapshotOf } from './snapshot.ts';

/** Publishes version `1.0.<n>`: a command of many statements in most tables. */
export async function publishVersion(store: MetadataStore, n: number): Promise<void> {
  await store.command.putManifest({
    now,
    repository: { name: repository, namespace: 'contoso', kind: 'module', createNamespace: true },
    digest: digest(n),
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    size: 100,
    referrerType: null,
    subject: null,
    annotations: '{}',
    blobs: [{ digest: digest(1_000_000 + n), size: 10 }],
    parts: [{ kind: 'blob', digest: digest(1_000_000 + n), size: 10, required: true }],
    tags: [`1.0.${n}`],
    publication: {
      language: 'terraform',
      address: repository,
      class: null,
      versions: [`1.0.${n}`],
      contentDigest: digest(n),
      archive: { digest: digest(1_000_000 + n), size: 10 },
      description: 'A network',
      documentation: null,
      readme: null,
      publishedBy: 'admin',
    },
  });
}

/** The versions that queries give, as numbers. */
export async function publishedVersions(store: MetadataStore): Promise<number[]> {
  const rows = await store.query.listVersions(repository);
  return rows.map(({ version }) => Number(version.slice('1.0.'.length))).toSorted((a, b) => a - b);
}

/**
 * What PostgreSQL holds of each version, table by table: all of them alike, or some version is half there. Read on a
 * connection of its own, past the store.
 */
export async function recordedVersions(cluster: Cluster, url: string): Promise<Record<string, number[]>> {
  const number = `substring(version from 5)::int`;
  const tables = {
    version: `select ${number} as n from version`,
    tag: `select substring(name from 5)::int as n from tag`,
    manifest: `select ${number} as n from manifest join version using (repository, digest)`,
    manifest_part: `select ${number} as n from manifest_part p join version v on v.digest = p.manifest`,
    repository_blob: `select ${number} as n from repository_blob b join version v on v.archive_digest = b.digest`,
  };
  const entries = Object.entries(tables).map(async ([table, sql]) => {
    const rows = await cluster.query(url, `${sql} order by 1`);
    return [table, rows.map(({ n }) => Number(n))] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** All rows of a store's mirror and of its database, to be compared. */
export async function bothSides(store: MetadataStore, url: string) {
  return { mirror: await rowsOf(await store.snapshot()), record: await rowsOf(await snapshotOf(url)) };
}

async function rowsOf(snapshot: Snapshot): Promise<unknown[]> {
  const rows: unknown[] = [];
  for await (const page of snapshot.pages)
    rows.push(...page.rows.map((row) => ({ table: page.table, ...row })));
  await snapshot.close();
  return rows;
}
