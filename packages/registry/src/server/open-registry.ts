import type { Logger } from 'pino';

import { createBlobLeases, createUsage } from '../catalogue/index.ts';
import type { Config } from '../config/index.ts';
import type { Clock } from '../gateway/clock.ts';
import { httpRequest } from '../gateway/http.ts';
import { createIdentity } from '../identity/index.ts';
import type { Registry } from '../registry.ts';
import { openFileBlobStore, verifiedReads } from '../store/blob/index.ts';
import type { DataFolder } from '../store/data-folder.ts';
import { openSqliteMetadataStore } from '../store/metadata/index.ts';

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
  const [metadata, stored] = await Promise.all([
    openSqliteMetadataStore(folder.database),
    openFileBlobStore(folder.blobs, { clock }),
  ]);
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
    identity: await createIdentity({ metadata, clock, entraRules: JSON.stringify(config.entra ?? null) }),
    usage: createUsage(metadata, clock),
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
  const timers = [every(flushInterval, flush), every(sweepInterval, sweep)];
  return {
    registry,
    async close() {
      for (const timer of timers) clearInterval(timer);
      await flush();
      await metadata.close();
      await blobs.close();
    },
  };
}

/** Housekeeping that fails is tried again next time; it must not end the server. */
function every(seconds: number, work: () => Promise<void>): NodeJS.Timeout {
  return setInterval(() => void work().catch(() => {}), seconds * 1000).unref();
}
