import { createHash } from 'node:crypto';

import { startCluster } from '../support/postgres.ts';
import { bucketName, startS3 } from '../support/s3/service.ts';
import { auditRows } from './audit.ts';
import type { Installation } from './bench.ts';
import { launchEmbedded } from './server.ts';
import { Violation } from './violation.ts';

/** Where an installation with the second drivers keeps what belongs to one data folder. */
interface Place {
  readonly database: string;
  readonly prefix: string;
  /** Keys of objects whose bytes were seen to be right; nobody writes to them again. */
  readonly hashed: Set<string>;
}

export interface SecondStores extends Installation {
  stop(): Promise<void>;
}

/** Installations with metadata on PostgreSQL and blobs in a bucket: a database and a prefix for each data folder. */
export async function startSecondStores(postgres: string): Promise<SecondStores> {
  const cluster = await startCluster(postgres);
  const service = await startS3();
  const places = new Map<string, Place>();

  async function placeOf(data: string): Promise<Place> {
    const known = places.get(data);
    if (known !== undefined) return known;
    const name = `faults${places.size}`;
    const place = { database: await cluster.createDatabase(name), prefix: name, hashed: new Set<string>() };
    places.set(data, place);
    return place;
  }

  /** Sizes by digest of all objects of an installation. @throws Violation when one has other bytes than its name says */
  async function stored({ prefix, hashed }: Place): Promise<Map<string, number>> {
    const sizes = new Map<string, number>();
    for (const [key, size] of Object.entries(await service.objects())) {
      const [, algorithm, hex] =
        new RegExp(`^${prefix}/(sha256|sha512)/[0-9a-f]{2}/([0-9a-f]+)$`).exec(key) ?? [];
      if (algorithm === undefined || hex === undefined) continue;
      sizes.set(`${algorithm}:${hex}`, size);
      if (hashed.has(key)) continue;
      const answer = await fetch(`${service.endpoint}/${bucketName}/${key}`);
      const bytes = Buffer.from(await answer.arrayBuffer());
      if (createHash(algorithm).update(bytes).digest('hex') !== hex)
        throw new Violation(`the object ${key} holds other bytes (${answer.status})`);
      hashed.add(key);
    }
    return sizes;
  }

  return {
    async launch(data, options = {}) {
      const { database, prefix } = await placeOf(data);
      const stores = { ASHLAR_DATABASE: database, ASHLAR_BLOBS: service.url(prefix), ...service.credentials };
      return await launchEmbedded(data, { ...options, env: { ...stores, ...options.env } });
    },
    async audit(data) {
      const place = await placeOf(data);
      await auditRows(
        async (sql) => await cluster.query(place.database, sql),
        async () => await stored(place),
      );
    },
    async stop() {
      await service.stop();
      await cluster.remove();
    },
  };
}
