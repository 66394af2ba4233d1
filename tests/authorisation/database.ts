import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import type { TestServer } from '../support/server.ts';

/** What is written down besides: how often things were got. */
const counted: ReadonlySet<string> = new Set(['download']);

/** Everything that the registry holds: the rows of its database and the names of its files. */
export async function everythingIn({ data, registry }: TestServer): Promise<Record<string, unknown>> {
  await registry.identity.flush();
  const database = new DatabaseSync(join(data, 'metadata.db'), { readOnly: true });
  try {
    const tables = database
      .prepare("select name from sqlite_master where type = 'table' order by name")
      .all()
      .map(({ name }) => String(name))
      .filter((name) => !counted.has(name));
    const rows = tables.map((name) => [
      name,
      database.prepare(`select * from "${name}"`).all().map(withoutUse),
    ]);
    const files = await readdir(join(data, 'blobs'), { recursive: true });
    return { ...Object.fromEntries(rows), files: files.toSorted() };
  } finally {
    database.close();
  }
}

/** When a token was used, and when a publisher last asked for a blob, is not what anybody meant to change. */
function withoutUse(row: Record<string, unknown>): Record<string, unknown> {
  const { last_used_at: _, leased_at: _asked, ...rest } = row;
  return rest;
}

/** Names and digests in a namespace, as they could show somewhere. */
export function secretsOf({ data }: TestServer, namespace: string): string[] {
  const database = new DatabaseSync(join(data, 'metadata.db'), { readOnly: true });
  try {
    const of = `in (select name from repository where namespace = '${namespace}')`;
    const column = (sql: string) =>
      database
        .prepare(sql)
        .all()
        .map(({ value }) => String(value));
    return [
      namespace,
      ...column(`select name as value from repository where namespace = '${namespace}'`),
      ...column(`select digest as value from version where repository ${of}`),
      ...column(`select content_digest as value from version where repository ${of}`),
      ...column(`select digest as value from manifest where repository ${of}`),
      ...column(`select digest as value from repository_blob where size > 2 and repository ${of}`),
    ];
  } finally {
    database.close();
  }
}
