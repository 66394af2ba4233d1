import { createHash } from 'node:crypto';
import { pipeline, type Readable, Transform } from 'node:stream';

import { ashlarError, digestAlgorithm, digestHex } from '@ashlar/core';
import type { Digest } from '@ashlar/core';

import type { Clock } from '../../gateway/clock.ts';
import type { BlobContent, BlobStore, ByteRange } from './blob-store.ts';

export interface VerifyOptions {
  readonly clock: Clock;
  /** Told once for each damaged blob, after it was put aside. */
  readonly onDamage: (digest: Digest) => void;
}

export type Verdict = 'whole' | 'damaged' | 'missing';

export interface VerifiedBlobStore extends BlobStore {
  /** Reads and hashes a blob, whatever was found before. `pace` is awaited after each piece with its bytes. */
  verify(digest: Digest, pace?: (bytes: number) => Promise<void>): Promise<Verdict>;
}

/** Milliseconds that a verified revision is trusted. Bytes can rot on the disk without anybody writing to the file. */
const trustTime = 10 * 60 * 1000;
const maxTrusted = 100_000;

/**
 * Reads never give a whole wrong body: every blob is hashed while it is read, and the last bytes leave only when the
 * digest is right. A damaged blob breaks the stream and is put aside, so that storing it again heals it. A revision
 * that was hashed in the last ten minutes is passed through as it is.
 */
export function verifiedReads(store: BlobStore, { clock, onDamage }: VerifyOptions): VerifiedBlobStore {
  /** When which revision was right; the oldest come first. */
  const trusted = new Map<Digest, { readonly revision: string; readonly at: number }>();
  const verifying = new Map<string, Promise<boolean>>();

  async function open(digest: Digest, range?: ByteRange): Promise<BlobContent | undefined> {
    const content = await store.open(digest, range);
    if (content === undefined || isTrusted(digest, content.revision)) return content;
    const stream =
      range === undefined
        ? checked(content, hashing(digest, content))
        : checked(
            content,
            holding(digest, () => isWhole(digest, content.revision)),
          );
    return { ...content, stream };
  }

  /** Small enough to be hashed every time. */
  async function read(digest: Digest): Promise<Buffer | undefined> {
    const bytes = await store.read(digest);
    if (bytes === undefined) return undefined;
    const actual = createHash(digestAlgorithm(digest)).update(bytes).digest('hex');
    if (actual === digestHex(digest)) return bytes;
    const content = await store.open(digest);
    content?.stream.destroy();
    if (content !== undefined) await isWhole(digest, content.revision);
    throw ashlarError('ASH-BLOB-DAMAGED', { digest });
  }

  function isTrusted(digest: Digest, revision: string): boolean {
    const known = trusted.get(digest);
    // The clock may have been set back.
    return known?.revision === revision && Math.abs(clock.now() - known.at) < trustTime;
  }

  /** Remembers a right digest; puts the bytes of a wrong one aside. */
  async function judge(digest: Digest, revision: string, actual: string): Promise<boolean> {
    trusted.delete(digest);
    if (actual === digestHex(digest)) {
      trusted.set(digest, { revision, at: clock.now() });
      if (trusted.size > maxTrusted) trusted.delete(trusted.keys().next().value!);
      return true;
    }
    if (await store.quarantine(digest, revision)) onDamage(digest);
    return false;
  }

  /** Whether the bytes of this revision are right. They are read once, however many ask. */
  function isWhole(digest: Digest, revision: string): Promise<boolean> {
    const key = `${digest} ${revision}`;
    const running =
      verifying.get(key) ??
      inspect(digest)
        .then((found) => found?.revision === revision && found.isRight)
        .finally(() => verifying.delete(key));
    verifying.set(key, running);
    return running;
  }

  async function verify(digest: Digest, pace?: (bytes: number) => Promise<void>): Promise<Verdict> {
    const found = await inspect(digest, pace);
    if (found === undefined) return 'missing';
    return found.isRight ? 'whole' : 'damaged';
  }

  async function inspect(digest: Digest, pace?: (bytes: number) => Promise<void>) {
    const content = await store.open(digest);
    if (content === undefined) return undefined;
    const { revision, stream } = content;
    const hash = createHash(digestAlgorithm(digest));
    for await (const chunk of stream) {
      hash.update(chunk as Buffer);
      await pace?.((chunk as Buffer).length);
    }
    return { revision, isRight: await judge(digest, revision, hash.digest('hex')) };
  }

  /** Passes the blob through while hashing it. */
  function hashing(digest: Digest, { revision }: BlobContent): Transform {
    const hash = createHash(digestAlgorithm(digest));
    return holding(
      digest,
      async () => await judge(digest, revision, hash.digest('hex')),
      (chunk) => hash.update(chunk),
    );
  }

  function checked(content: BlobContent, check: Transform): Readable {
    // The error of either side ends both; whoever reads sees it on `check`.
    return pipeline(content.stream, check, () => {});
  }

  return { ...store, open, read, verify };
}

/** Passes everything on but the last chunk, which follows when `isRight` says so. */
function holding(digest: Digest, isRight: () => Promise<boolean>, see?: (chunk: Buffer) => void): Transform {
  let held: Buffer | undefined;
  return new Transform({
    transform(chunk: Buffer, _, done) {
      see?.(chunk);
      const before = held;
      held = chunk;
      if (before === undefined) done();
      else done(null, before);
    },
    flush(done) {
      isRight().then((right) => {
        if (!right) return done(ashlarError('ASH-BLOB-DAMAGED', { digest }));
        if (held !== undefined) this.push(held);
        done();
      }, done);
    },
  });
}
