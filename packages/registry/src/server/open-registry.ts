import type { Logger } from 'pino';

import { createBlobLeases, createUploadSessions, createUsage } from '../catalogue/index.ts';
import type { Config } from '../config/index.ts';
import type { Clock } from '../gateway/clock.ts';
import { httpRequest } from '../gateway/http.ts';
import { createIdentity } from '../identity/index.ts';
import { collectGarbage, createTasks } from '../maintenance/index.ts';
import type { Registry } from '../registry.ts';
import { openFileBlobStore, verifiedReads } from '../store/blob/index.ts';
import { readOnlyBlobs, readOnlyMetadata } from '../store/read-only.ts';
import type { DataFolder } from '../store/data-folder.ts';
import { openSqliteMetadataStore } from '../store/metadata/index.ts';
import { every } from './repeat.ts';

export interface OpenRegistry {
  readonly registry: Registry;
  close(): Promise<void>;
}

/** Seconds between two writes of what is counted in memory. */
const flushInterval = 5;
const sweepInterval = 3600;

/** Opens the stores of a data folder and puts a registry on top of them. */
export async function openRegistry(
  folder: DataFolder,
  config: Config,
  clock: Clock,
  log: Logger,
): Promise<OpenRegistry> {
  const [openedMetadata, openedBlobs] = await Promise.all([
    openSqliteMetadataStore(folder.database),
    openFileBlobStore(folder.blobs, { clock }),
  ]);
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
    tasks: createTasks(clock, log),
    folder,
    log,
    identity: await createIdentity({ metadata, clock, entraRules: JSON.stringify(config.entra ?? null) }),
    usage: createUsage(metadata, clock),
    uploadSessions: createUploadSessions(blobs, config.maxUploads),
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
      if (!config.readOnly) await flush();
      await metadata.close();
      await blobs.close();
    },
  };
}
