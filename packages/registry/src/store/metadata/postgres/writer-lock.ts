import { sql } from 'kysely';

import { ashlarError } from '@ashlar/core/error';

import type { Session } from './session.ts';

/** How often it is tried, and milliseconds in between: a session that was just cut holds its lock a moment longer. */
const attempts = 10;
const interval = 50;

/**
 * Makes this session the only one that writes, as long as it lives: two servers would each miss what the other wrote.
 * Earlier sessions of this server, told by their name, are ended: the network may have cut them on our side only.
 * When this returns nothing of theirs can be committed any more.
 * @throws ASH-DATABASE-LOCKED
 */
export async function takeWriterLock(session: Session, name: string, shown: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    const { rows } = await sql<{ taken: boolean }>`
      select pg_try_advisory_lock(hashtextextended('ashlar writer ' || current_schema(), 0)) as taken`.execute(
      session.db,
    );
    if (rows[0]!.taken) return;
    if (attempt === attempts) throw ashlarError('ASH-DATABASE-LOCKED', { database: shown });
    await sql`
      select pg_terminate_backend(pid) from pg_stat_activity
      where datname = current_database() and application_name = ${name} and pid <> pg_backend_pid()`.execute(
      session.db,
    );
    await new Promise((resolve) => setTimeout(resolve, interval));
  }
}
