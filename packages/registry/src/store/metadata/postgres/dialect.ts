import {
  type ColumnDefinitionNode,
  type DataTypeNode,
  type Dialect as KyselyDialect,
  PostgresAdapter,
  PostgresDriver,
  PostgresIntrospector,
  type PostgresPool,
  PostgresQueryCompiler,
  sql,
} from 'kysely';

import type { Dialect } from '../dialect.ts';

export const postgresDialect: Dialect = {
  async protectVersions(db) {
    await sql`
      create function keep_version() returns trigger language plpgsql as $$
      begin
        if tg_op <> 'UPDATE' then raise exception 'a version is never forgotten'; end if;
        if (new.repository, new.version, new.digest, new.content_digest)
            is distinct from (old.repository, old.version, old.digest, old.content_digest)
          or (new.archive_digest, new.archive_size) is distinct from (old.archive_digest, old.archive_size)
        then raise exception 'a version never changes'; end if;
        return new;
      end $$`.execute(db);
    // Of any column: what another trigger changes is no column that the statement names.
    await sql`
      create trigger version_is_final before update on version
      for each row execute function keep_version()`.execute(db);
    await sql`
      create trigger version_is_kept before delete on version
      for each row execute function keep_version()`.execute(db);
    await sql`
      create trigger versions_are_kept before truncate on version
      for each statement execute function keep_version()`.execute(db);
  },
};

/** Kysely over connections of `pg`. */
export function pgDialect(pool: PostgresPool): KyselyDialect {
  return {
    createDriver: () => new PostgresDriver({ pool }),
    createAdapter: () => new PostgresAdapter(),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new BytewiseCompiler(),
  };
}

/**
 * Gives text columns the order of their bytes, which is that of SQLite and of the pages of all listings, whatever
 * language the database was made for.
 */
class BytewiseCompiler extends PostgresQueryCompiler {
  protected override visitDataType(node: DataTypeNode): void {
    super.visitDataType(node);
    const column = this.parentNode?.kind === 'ColumnDefinitionNode' ? this.parentNode : undefined;
    if ((column as ColumnDefinitionNode | undefined)?.dataType !== node) return;
    if (node.dataType === 'text') this.append(' collate "C"');
  }
}
