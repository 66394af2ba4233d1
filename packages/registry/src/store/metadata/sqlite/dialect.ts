import { sql } from 'kysely';

import type { Dialect } from '../dialect.ts';

export const sqliteDialect: Dialect = {
  async protectVersions(db) {
    await sql`
      create trigger version_is_final
      before update of repository, version, digest, content_digest, archive_digest on version
      when new.repository <> old.repository or new.version <> old.version or new.digest <> old.digest
        or new.content_digest <> old.content_digest or new.archive_digest is not old.archive_digest
      begin select raise(abort, 'a version never changes'); end`.execute(db);
    await sql`
      create trigger version_is_kept before delete on version
      begin select raise(abort, 'a version is never forgotten'); end`.execute(db);
  },
};
