import type { DatabaseSync } from 'node:sqlite';

/** What the schema of a SQLite database consists of, in a stable order. */
export function schemaOf(database: DatabaseSync): string[] {
  const rows = database
    .prepare(
      `select sql from sqlite_schema where sql is not null and name not like 'sqlite%' order by type desc, rowid`,
    )
    .all();
  return rows.map(({ sql }) => String(sql));
}

/** A database as SQL text: schema and rows. Loading it gives the same database again. */
export function dumpDatabase(database: DatabaseSync): string {
  const tables = database
    .prepare(`select name from sqlite_schema where type = 'table' and name not like 'sqlite%' order by rowid`)
    .all();
  const [before, triggers] = [
    schemaOf(database).filter(isTable),
    schemaOf(database).filter((sql) => !isTable(sql)),
  ];
  const rows = tables.flatMap(({ name }) => insertsOf(database, String(name)));
  return [...before, ...rows, ...triggers].map((sql) => `${sql};\n`).join('');
}

function isTable(sql: string): boolean {
  return /^create table/i.test(sql);
}

function insertsOf(database: DatabaseSync, table: string): string[] {
  const columns = database.prepare(`pragma table_info("${table}")`).all();
  const values = columns.map(({ name }) => `quote("${String(name)}")`).join(` || ', ' || `);
  const rows = database.prepare(`select ${values} as "values" from "${table}" order by 1`).all();
  return rows.map((row) => `insert into "${table}" values (${String(row['values'])})`);
}
