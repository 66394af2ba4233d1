import { DatabaseSync } from 'node:sqlite';

import type { Cluster } from './postgres.ts';

/** Empties every table but the one that says how far the database has come; the triggers that protect versions stand aside meanwhile. */
export function emptySqlite(path: string): void {
  using database = new DatabaseSync(path);
  const named = (type: string) =>
    database
      .prepare(
        `select name, sql from sqlite_schema where type = ? and name not like 'kysely%' and name <> 'position'`,
      )
      .all(type);
  const triggers = named('trigger');
  database.exec(`
    pragma foreign_keys = off;
    begin;
    ${triggers.map(({ name }) => `drop trigger ${String(name)};`).join('')}
    ${named('table')
      .map(({ name }) => `delete from "${String(name)}";`)
      .join('')}
    ${triggers.map(({ sql }) => `${String(sql)};`).join('')}
    commit`);
}

/** The same of a PostgreSQL database. */
export async function emptyPostgres(cluster: Cluster, url: string): Promise<void> {
  const rows = await cluster.query(
    url,
    `select tablename from pg_tables where schemaname = 'public' and tablename not like 'kysely%' and tablename <> 'position'`,
  );
  const tables = rows.map(({ tablename }) => `"${String(tablename)}"`).join(', ');
  await cluster.query(url, `set session_replication_role = replica; truncate ${tables}`);
}
