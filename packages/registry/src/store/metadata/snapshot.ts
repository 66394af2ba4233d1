import { type Kysely, sql } from 'kysely';

import { chunksOf } from './chunk.ts';
import type { Schema } from './schema.ts';

type Value = string | number | null;
export type Row = Readonly<Record<string, Value>>;

/** Rows of one table. How far a database has come (`position`) is its own affair. */
export interface RowPage {
  readonly table: Exclude<keyof Schema, 'position'>;
  readonly rows: readonly Row[];
}

/** Everything that a metadata store knows at one moment, whatever engine it runs on. */
export interface Snapshot {
  /** Name of the newest migration of the schema that the rows are of. */
  readonly schema: string;
  readonly pages: AsyncIterable<RowPage>;
  /** Ends it; reading all pages does not. */
  close(): Promise<void>;
}

/**
 * Every table with its primary key, in an order in which no row names one that comes later. Tokens name each other:
 * {@link writeRows} sees to them.
 */
export const tableKeys: Readonly<Record<RowPage['table'], readonly string[]>> = {
  namespace: ['name'],
  repository: ['name'],
  repository_blob: ['repository', 'digest'],
  manifest: ['repository', 'digest'],
  manifest_part: ['repository', 'manifest', 'digest', 'kind'],
  tag: ['repository', 'name'],
  module: ['repository'],
  version: ['repository', 'version'],
  version_model: ['repository', 'version'],
  download: ['repository', 'version', 'day'],
  token: ['id'],
  used_code: ['id'],
  secret: ['name'],
};

/** Rows in a page. A row may hold 4 MiB of annotations, 1 MiB of a README or some of a model. */
const pageSize = 100;

/** Reads all rows, page by page; the caller has begun a transaction in which nothing changes. */
export async function* readRows(db: Kysely<Schema>): AsyncGenerator<RowPage> {
  // Rows of an older schema are read as they are, and it has not all of the tables.
  const existing = new Set((await db.introspection.getTables()).map(({ name }) => name));
  for (const [name, key] of Object.entries(tableKeys)) {
    const table = name as RowPage['table'];
    if (!existing.has(table)) continue;
    for (let after: Row | undefined; ;) {
      const rows = await readPage(db, table, key, after);
      if (rows.length > 0) yield { table, rows };
      if (rows.length < pageSize) break;
      after = rows.at(-1);
    }
  }
}

async function readPage(
  db: Kysely<Schema>,
  table: RowPage['table'],
  key: readonly string[],
  after: Row | undefined,
): Promise<Row[]> {
  const columns = sql.join(key.map((name) => sql.ref(name)));
  const rest = after && sql`where (${columns}) > (${sql.join(key.map((name) => after[name]))})`;
  const { rows } = await sql<Row>`
    select * from ${sql.table(table)} ${rest ?? sql``} order by ${columns} limit ${sql.lit(pageSize)}
  `.execute(db);
  return rows;
}

/** Writes rows into empty tables of the schema that they were read from, inside a transaction of the caller. */
export async function writeRows(db: Kysely<Schema>, pages: AsyncIterable<RowPage>): Promise<void> {
  const parents: { id: Value; parent: Value }[] = [];
  for await (const { table, rows } of pages) {
    const written = table === 'token' ? rows.map((row) => withoutParent(row, parents)) : rows;
    for (const chunk of chunksOf(written)) await db.insertInto(table).values(chunk).execute();
  }
  for (const { id, parent } of parents) {
    await db
      .updateTable('token')
      .set({ parent: parent as string })
      .where('id', '=', id as string)
      .execute();
  }
}

function withoutParent(row: Row, parents: { id: Value; parent: Value }[]): Row {
  if (row['parent'] !== null) parents.push({ id: row['id']!, parent: row['parent']! });
  return { ...row, parent: null };
}
