import { type RawBuilder, sql } from 'kysely';

/**
 * A column that no index is used for. A page is a few rows in the order of their names: through the index of namespaces
 * a database would read and sort all rows of all readable namespaces for each of them.
 */
export function byNameFirst(column: string): RawBuilder<string> {
  return sql<string>`${sql.ref(column)} || ''`;
}
