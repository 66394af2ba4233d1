import type { Digest } from '@ashlar/core';

/** Bytes of small blobs that were verified, each with the revision that they were read from. */
export interface KeptContent {
  get(digest: Digest, revision: string): Buffer | undefined;
  keep(digest: Digest, revision: string, bytes: Buffer): void;
  /** Whether there is anything of this blob, of whatever revision. */
  has(digest: Digest): boolean;
  forget(digest: Digest): void;
}

/** Keeps up to `capacity` bytes, those that were asked for last; larger contents than `largest` are not kept. */
export function keptContent(capacity: number, largest: number): KeptContent {
  /** Those that were asked for longest ago come first. */
  const kept = new Map<Digest, { readonly revision: string; readonly bytes: Buffer }>();
  let size = 0;

  function forget(digest: Digest): void {
    size -= kept.get(digest)?.bytes.length ?? 0;
    kept.delete(digest);
  }

  return {
    get(digest, revision) {
      const found = kept.get(digest);
      if (found?.revision !== revision) return undefined;
      kept.delete(digest);
      kept.set(digest, found);
      return found.bytes;
    },
    keep(digest, revision, bytes) {
      forget(digest);
      if (bytes.length > largest) return;
      kept.set(digest, { revision, bytes });
      size += bytes.length;
      for (const oldest of kept.keys()) {
        if (size <= capacity) break;
        forget(oldest);
      }
    },
    has: (digest) => kept.has(digest),
    forget,
  };
}
