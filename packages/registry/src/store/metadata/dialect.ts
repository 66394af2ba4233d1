import type { Kysely } from 'kysely';

import type { Schema } from './schema.ts';

/** The one place for what differs between database engines. */
export interface Dialect {
  /** Makes the database itself refuse to change or drop the identity of a version. */
  protectVersions(db: Kysely<Schema>): Promise<void>;
}
