import { limits } from '@ashlar/core';
import type { Logger } from 'pino';

import { createBlobLeases, createUploadSessions, createUsage } from '../catalogue/index.ts';
import type { Config } from '../config/index.ts';
import type { Clock } from '../gateway/clock.ts';
import { httpRequest } from '../gateway/http.ts';
import { createIdentity } from '../identity/index.ts';
import { createRoom } from '../intake/room.ts';
import { collectGarbage, createTasks } from '../maintenance/index.ts';
import { createModuleReader } from '../reading/index.ts';
import type { Registry } from '../registry.ts';
import { verifiedReads } from '../store/blob/index.ts';
import { readOnlyBlobs, readOnlyMetadata } from '../store/read-only.ts';
import type { DataFolder } from '../store/data-folder.ts';
import { type MetadataStore, openSqliteMetadataStore } from '../store/metadata/index.ts';
import { checkPlaces } from './check-places.ts';
import { openBlobStore } from './open-blob-store.ts';
import { every } from './repeat.ts';
import { turnKeeper } from '../turn-keeper.ts';

export interface OpenRegistry {
  readonly registry: Registry;
  close(): Promise<void>;
}

/** Seconds between two writes of what is counted in memory. */
const flushInterval = 5;
const sweepInterval = 3600;
/** Bytes: one of the largest modules at a time, or many small ones. */
const roomSize = 1.5 * limits.archiveUnpacked.value;

/** Opens the stores of a data folder and puts a registry on top of them. */
export async function openRegistry(
  folder: DataFolder,
  config: Config,
  clock: Clock,
  log: Logger,
): Promise<OpenRegistry> {
  await checkPlaces(folder, config);
  const openingBlobs = openBlobStore(folder, config, clock);
  // A bucket that cannot be used is noticed before a database is made, which would be in the way of the right start.
  if (config.blobs !== undefined) await openingBlobs;
  const [openedMetadata, openedBlobs] = await openBoth(
    openMetadata(folder, config, clock, log),
    openingBlobs,
  );
  const metadata = config.readOnly ? readOnlyMetadata(openedMetadata) : openedMetadata;
  const stored = config.readOnly ? readOnlyBlobs(openedBlobs) : openedBlobs;
  const blobs = verifiedReads(stored, {
    clock,
    onDamage: (digest) =>
      log.error({ digest }, 'the stored bytes are damaged; they were put into quarantine'),
  });
  const registry: Registry = {
    config,
    clock,
    metadata,
    blobs,
    leases: createBlobLeases(),
    publishInTurn: turnKeeper(),
    tasks: createTasks(clock, log),
    folder,
    log,
    identity: await createIdentity({ metadata, clock, entraRules: JSON.stringify(config.entra ?? null) }),
    reader: createModuleReader(),
    usage: createUsage(metadata, clock),
    uploadSessions: createUploadSessions(blobs, config.maxUploads),
    room: createRoom(roomSize),
    entra:
      config.entra &&
      (await import('../identity/entra.ts')).createEntraVerifier(config.entra, {
        clock,
        request: httpRequest,
      }),
  };
  const flush = async () => {
    await registry.usage.flush();
    await registry.identity.flush();
  };
  const sweep = async () => {
    await blobs.sweepUploads(clock.now() - config.uploadTtl * 1000);
  };
  const collect = async () => {
    const options = { grace: config.gcGrace, dryRun: false };
    registry.tasks.start('gc', async (control) => await collectGarbage(registry, options, control));
  };
  // At once as well: a server that restarts every half hour would never come to it.
  const swept = config.readOnly ? undefined : sweep().catch(() => {});
  const timers = config.readOnly
    ? []
    : [
        every(flushInterval, flush),
        every(sweepInterval, sweep),
        ...(config.gcInterval === undefined ? [] : [every(config.gcInterval, collect)]),
      ];
  return {
    registry,
    async close() {
      for (const timer of timers) clearInterval(timer);
      await swept;
      await registry.tasks.close();
      await registry.reader.close();
      // While the database is away what was counted since is lost.
      if (!config.readOnly)
        await flush().catch((error: unknown) => log.error({ err: error }, 'the last counts are lost'));
      await metadata.close();
      await blobs.close();
    },
  };
}

async function openMetadata(
  folder: DataFolder,
  { database }: Config,
  clock: Clock,
  log: Logger,
): Promise<MetadataStore> {
  if (database === undefined) return await openSqliteMetadataStore(folder.database);
  const { openPostgresMetadataStore } = await import('../store/metadata/postgres/postgres-metadata-store.ts');
  return await openPostgresMetadataStore(database.url.reveal(), {
    mirror: folder.mirror,
    shown: database.shown,
    clock,
    onChange(outage) {
      const fields = { database: database.shown };
      if (outage === undefined) log.info(fields, 'the metadata database takes changes again');
      else log.error({ ...fields, err: outage }, 'the metadata database takes no changes; reading goes on');
    },
  });
}

interface Closable {
  close(): Promise<void>;
}

/** Waits for both; when one fails, the other one is closed. */
async function openBoth<A extends Closable, B extends Closable>(
  a: Promise<A>,
  b: Promise<B>,
): Promise<[A, B]> {
  const results = await Promise.allSettled([a, b]);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed === undefined) return [await a, await b];
  for (const result of results) if (result.status === 'fulfilled') await result.value.close();
  throw failed.reason;
}
