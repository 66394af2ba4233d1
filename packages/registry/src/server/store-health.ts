import type { Digest } from '@ashlar/core';
import type { FastifyBaseLogger } from 'fastify';

import type { Registry } from '../registry.ts';

export interface StoreCheck {
  readonly store: 'metadata' | 'blobs';
  readonly operation: 'read' | 'write';
  /** What is wrong, for everybody to read; the details, which hold paths, are in the log. */
  readonly problem?: string;
}

/** Is in no store; looking for it asks the disk or the bucket nevertheless. */
const nothing = `sha256:${'0'.repeat(64)}` as Digest;

/** Tries each store: reads, and writes that leave nothing behind. */
export async function checkStores(
  { metadata, blobs }: Registry,
  log: Pick<FastifyBaseLogger, 'error'>,
): Promise<StoreCheck[]> {
  const attempt = async (
    store: StoreCheck['store'],
    operation: StoreCheck['operation'],
    problem: string,
    work: () => Promise<unknown>,
  ): Promise<StoreCheck> => {
    try {
      await work();
      return { store, operation };
    } catch (error) {
      log.error({ err: error }, problem);
      return { store, operation, problem };
    }
  };
  return await Promise.all([
    attempt('metadata', 'read', 'the metadata store cannot be read', async () => {
      await metadata.query.listNamespaces(undefined);
    }),
    // Changes nothing, but takes its turn with the writer.
    attempt('metadata', 'write', 'the metadata store cannot be written', async () => {
      await metadata.command.touchTokens({ uses: [] });
    }),
    attempt('blobs', 'read', 'the blob store cannot be read', async () => await blobs.size(nothing)),
    attempt('blobs', 'write', 'the blob store cannot be written', async () => await blobs.check()),
  ]);
}
