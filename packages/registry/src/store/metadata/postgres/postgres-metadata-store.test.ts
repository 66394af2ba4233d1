import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

import { afterAll, beforeAll, describe } from 'vitest';

import { emptyPostgres, emptySqlite } from '../../../../../../tests/support/empty-database.ts';
import { type Cluster, startCluster } from '../../../../../../tests/support/postgres.ts';
import { describeWithTool } from '../../../../../../tests/support/tool.ts';
import { systemClock } from '../../../gateway/clock.ts';
import type { MetadataStore } from '../metadata-store.ts';
import { metadataStoreSuite } from '../metadata-store.suite.ts';
import { openDirect } from './direct.suite.ts';
import { openPostgresMetadataStore } from './postgres-metadata-store.ts';

interface Open {
  readonly url: string;
  readonly mirror: string;
  store: MetadataStore;
}

describeWithTool('postgres', 'with PostgreSQL', ({ postgres }) => {
  let cluster: Cluster;
  let count = 0;

  beforeAll(async () => {
    cluster = await startCluster(postgres, { fsync: false });
  });

  afterAll(async () => {
    await cluster.remove();
  });

  const ways = {
    'postgres and its mirror': async (url: string, mirror: string) =>
      await openPostgresMetadataStore(url, { mirror, shown: 'the database', clock: systemClock }),
    'postgres itself': async (url: string) => await openDirect(url),
  };

  describe.each(Object.entries(ways))('%s', (name, openStore) => {
    /** Stores that a test is done with, emptied: opening one costs a database and a thread. */
    const idle: Open[] = [];

    afterAll(async () => {
      for (const { store, mirror } of idle) {
        await store.close();
        await rm(dirname(mirror), { recursive: true });
      }
    });

    async function open(): Promise<Open> {
      const known = idle.pop();
      if (known) return known;
      const url = await cluster.createDatabase(`suite_${count++}`);
      const mirror = join(await mkdtemp(join(tmpdir(), 'ashlar-mirror-')), 'mirror.db');
      return { url, mirror, store: await openStore(url, mirror) };
    }

    metadataStoreSuite(name, async () => {
      const { url, mirror, store } = await open();
      let current = store;
      return {
        store,
        execute: async (sql) => await cluster.query(url, sql),
        async reopen() {
          await current.close();
          current = await openStore(url, mirror);
          return current;
        },
        async close() {
          const closed = await current.command.touchTokens({ uses: [] }).catch(() => 'closed');
          if (closed) return await rm(dirname(mirror), { recursive: true });
          await emptyPostgres(cluster, url);
          if (name !== 'postgres itself') emptySqlite(mirror);
          idle.push({ url, mirror, store: current });
        },
      };
    });
  });
});
