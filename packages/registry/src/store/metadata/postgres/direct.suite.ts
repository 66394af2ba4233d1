import { newId } from '../../../gateway/random.ts';
import { bindCommands } from '../command/index.ts';
import type { MetadataStore } from '../metadata-store.ts';
import { migrate } from '../migration/index.ts';
import type { Position } from '../position.ts';
import { bindQueries } from '../query/index.ts';
import { postgresDialect } from './dialect.ts';
import { openSession } from './session.ts';
import { snapshotOf } from './snapshot.ts';
import { startPostgresWriter } from './writer.ts';

/** A store that also answers queries from PostgreSQL: holds commands and queries to what both engines understand. */
export async function openDirect(url: string): Promise<MetadataStore> {
  let position: Position | undefined;
  const writer = startPostgresWriter({
    async connect(onLost) {
      const session = await openSession(url, 'direct', onLost);
      await migrate(session.db, postgresDialect, url);
      return session;
    },
    mirror: {
      position: () => position,
      apply: async ({ batch, number }) => void (position = { batch, number }),
      rebuild: async () => {},
    },
    newId: () => newId(Date.now()),
  });
  await writer.first;
  const reader = await openSession(url, 'reader');
  return {
    query: bindQueries(() => reader.db),
    command: bindCommands(async (name, input) => await writer.run({ name, input })),
    snapshot: async () => await snapshotOf(url),
    async close() {
      await writer.close();
      await reader.close();
    },
  };
}
