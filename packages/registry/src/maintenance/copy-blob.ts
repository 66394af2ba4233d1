import { AshlarError, type Digest, digestAlgorithm } from '@ashlar/core';

import { readableOf, type UploadId, type VerifiedBlobStore } from '../store/blob/index.ts';

export type CopyOutcome = 'copied' | 'present' | 'damaged' | 'missing';

/**
 * Copies a blob from one store to another, hashed on both sides. `trustPresent` takes a blob of the same size in the
 * target for the same bytes; otherwise those are hashed too, and replaced when they are damaged.
 */
export async function copyBlob(
  from: VerifiedBlobStore,
  to: VerifiedBlobStore,
  digest: Digest,
  options: { readonly trustPresent: boolean },
): Promise<{ readonly outcome: CopyOutcome; readonly size: number }> {
  const present = await to.size(digest);
  const size = await from.size(digest);
  if (present !== undefined && (options.trustPresent ? present === size : await isWhole(to, digest))) {
    return { outcome: 'present', size: present };
  }
  const content = await from.open(digest);
  if (content === undefined) return { outcome: 'missing', size: 0 };
  const stream = readableOf(content.reader);
  let id: UploadId | undefined;
  try {
    id = await to.createUpload(digestAlgorithm(digest));
    await to.append(id, 0, stream, Number.MAX_SAFE_INTEGER);
    await to.finishUpload(id, digest);
    return { outcome: 'copied', size: content.size };
  } catch (error) {
    stream.destroy();
    if (id !== undefined) await to.cancelUpload(id).catch(() => false);
    const isDamage = error instanceof AshlarError && damages.has(error.code);
    if (isDamage) return { outcome: 'damaged', size: content.size };
    throw error;
  }
}

const damages = new Set(['ASH-BLOB-DAMAGED', 'ASH-DIGEST-MISMATCH']);

async function isWhole(store: VerifiedBlobStore, digest: Digest): Promise<boolean> {
  return (await store.verify(digest)) === 'whole';
}

export interface CopyFigures {
  copied: number;
  bytes: number;
  present: number;
  readonly damaged: string[];
  readonly missing: string[];
}

/** Copies some blobs, a few at a time. */
export async function copyBlobs(
  from: VerifiedBlobStore,
  to: VerifiedBlobStore,
  digests: Iterable<Digest>,
  options: {
    readonly trustPresent: boolean;
    readonly signal?: AbortSignal;
    readonly onProgress?: (figures: CopyFigures) => void;
  },
): Promise<CopyFigures> {
  const figures: CopyFigures = { copied: 0, bytes: 0, present: 0, damaged: [], missing: [] };
  const queue = digests[Symbol.iterator]();
  const work = async () => {
    for (let next = queue.next(); !next.done; next = queue.next()) {
      options.signal?.throwIfAborted();
      const { outcome, size } = await copyBlob(from, to, next.value, options);
      count(figures, next.value, outcome, size);
      options.onProgress?.(figures);
    }
  };
  await Promise.all(Array.from({ length: parallel }, work));
  return figures;
}

const parallel = 4;

function count(figures: CopyFigures, digest: string, outcome: CopyOutcome, size: number): void {
  if (outcome === 'damaged' || outcome === 'missing') figures[outcome].push(digest);
  else figures[outcome]++;
  if (outcome === 'copied') figures.bytes += size;
}
