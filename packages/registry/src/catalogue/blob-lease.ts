import type { Digest } from '@ashlar/core';

/** Keeps the collector away from blobs that are stored but not named by any row yet. */
export interface BlobLeases {
  /**
   * Runs `work` while the collector leaves these blobs alone: it begins before they are known to be stored and ends
   * when a row names them.
   */
  hold<T>(digests: readonly Digest[], work: () => Promise<T>): Promise<T>;
  /** Runs `work`, while whoever wants to hold the blob waits; undefined when somebody holds it already. */
  collect<T>(digest: Digest, work: () => Promise<T>): Promise<T | undefined>;
}

/** Leases of one process, which is the only one that writes to its stores. */
export function createBlobLeases(): BlobLeases {
  const holders = new Map<Digest, number>();
  const collected = new Map<Digest, Promise<unknown>>();

  async function hold<T>(digests: readonly Digest[], work: () => Promise<T>): Promise<T> {
    for (let busy = findBusy(digests); busy !== undefined; busy = findBusy(digests)) await busy;
    // Nothing is awaited between the look and the count.
    for (const digest of digests) holders.set(digest, (holders.get(digest) ?? 0) + 1);
    try {
      return await work();
    } finally {
      for (const digest of digests) release(digest);
    }
  }

  function findBusy(digests: readonly Digest[]): Promise<unknown> | undefined {
    return digests.map((digest) => collected.get(digest)).find((busy) => busy !== undefined);
  }

  function release(digest: Digest): void {
    const left = holders.get(digest)! - 1;
    if (left > 0) holders.set(digest, left);
    else holders.delete(digest);
  }

  async function collect<T>(digest: Digest, work: () => Promise<T>): Promise<T | undefined> {
    if (holders.has(digest) || collected.has(digest)) return undefined;
    const collecting = work();
    const done = collecting.then(
      () => collected.delete(digest),
      () => collected.delete(digest),
    );
    collected.set(digest, done);
    return await collecting;
  }

  return { hold, collect };
}
