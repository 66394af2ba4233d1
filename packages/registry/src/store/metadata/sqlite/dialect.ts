import { sql } from 'kysely';

import type { Dialect } from '../dialect.ts';

export const sqliteDialect: Dialect = {
  async protectVersions(db) {
    await sql`
      create trigger version_is_final
      before update of repository, version, digest, content_digest, archive_digest, archive_size on version
      when new.repository <> old.repository or new.version <> old.version or new.digest <> old.digest
        or new.content_digest <> old.content_digest or new.archive_digest is not old.archive_digest
        or new.archive_size is not old.archive_size
      begin select raise(abort, 'a version never changes'); end`.execute(db);
    // `insert or replace` deletes without the trigger below on connections that did not set recursive_triggers.
    await sql`
      create trigger version_is_taken before insert on version
      when exists (select 1 from version where repository = new.repository and version = new.version)
      begin select raise(abort, 'a version never changes'); end`.execute(db);
    await sql`
      create trigger version_is_kept before delete on version
      begin select raise(abort, 'a version is never forgotten'); end`.execute(db);
  },
};
