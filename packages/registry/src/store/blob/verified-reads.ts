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

/** Milliseconds that a verified revision is trusted. Bytes can rot on the disk without anybody writing to the file. */
const trustTime = 10 * 60 * 1000;
const maxTrusted = 100_000;

/**
 * Reads never give a whole wrong body: every blob is hashed while it is read, and the last bytes leave only when the
 * digest is right. A damaged blob breaks the stream and is put aside, so that storing it again heals it. A revision
 * that was hashed in the last ten minutes is passed through as it is.
 */
export function verifiedReads(store: BlobStore, { clock, onDamage }: VerifyOptions): BlobStore {
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
            holding(digest, () => verify(digest, content.revision)),
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
    if (content !== undefined) await verify(digest, content.revision);
    throw ashlarError('ASH-BLOB-DAMAGED', { digest });
  }

  function isTrusted(digest: Digest, revision: string): boolean {
    const known = trusted.get(digest);
    return known?.revision === revision && clock.now() - known.at < trustTime;
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

  /** Hashes a whole blob of this revision; once, however many ask. */
  function verify(digest: Digest, revision: string): Promise<boolean> {
    const key = `${digest} ${revision}`;
    const running = verifying.get(key) ?? readAndJudge(digest, revision).finally(() => verifying.delete(key));
    verifying.set(key, running);
    return running;
  }

  async function readAndJudge(digest: Digest, revision: string): Promise<boolean> {
    const content = await store.open(digest);
    if (content === undefined) return false;
    if (content.revision !== revision) {
      content.stream.destroy();
      return false;
    }
    const hash = createHash(digestAlgorithm(digest));
    for await (const chunk of content.stream) hash.update(chunk as Buffer);
    return await judge(digest, revision, hash.digest('hex'));
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

  return { ...store, open, read };
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
