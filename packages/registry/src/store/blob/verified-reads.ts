import { createHash, type Hash } from 'node:crypto';

import { ashlarError, digestAlgorithm, digestHex } from '@ashlar/core';
import type { Digest } from '@ashlar/core';

import type { Clock } from '../../gateway/clock.ts';
import { type BlobReader, checkedReader, givePiece, takePiece } from './blob-reader.ts';
import type { BlobContent, BlobStore, ByteRange } from './blob-store.ts';
import { keptContent } from './kept-content.ts';

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

/** Bytes that stay in memory, and those of the largest blob among them. */
const keptBytes = 16 * 1024 * 1024;
const largestKept = 256 * 1024;

/**
 * Reads never give a whole wrong body: every blob is hashed while it is read, and the last bytes leave only when the
 * digest is right. A damaged blob breaks the reading and is put aside, so that storing it again heals it. A revision
 * that was hashed in the last ten minutes is passed through as it is; small ones come from memory, for as long as the
 * store says that they are what was read.
 */
export function verifiedReads(store: BlobStore, { clock, onDamage }: VerifyOptions): VerifiedBlobStore {
  /** When which revision was right; the oldest come first. */
  const trusted = new Map<Digest, { readonly revision: string; readonly at: number }>();
  const verifying = new Map<string, Promise<boolean>>();
  const kept = keptContent(keptBytes, largestKept);

  async function open(digest: Digest, range?: ByteRange): Promise<BlobContent | undefined> {
    const content = await store.open(digest, range);
    if (content === undefined || isTrusted(digest, content.revision)) return content;
    const { reader, revision, size } = content;
    const error = () => ashlarError('ASH-BLOB-DAMAGED', { digest });
    if (range !== undefined) {
      const length = range.end - range.start + 1;
      const isRight = async () => await isWhole(digest, revision);
      return { ...content, reader: checkedReader(reader, length, isRight, { error }) };
    }
    const hash = hashOf(digest);
    const isRight = async () => await judge(digest, revision, hash.digest('hex'));
    const see = (piece: Buffer) => void hash.update(piece);
    return { ...content, reader: checkedReader(reader, size, isRight, { error, see }) };
  }

  async function read(digest: Digest): Promise<Buffer | undefined> {
    if (kept.has(digest)) {
      const revision = await store.revision(digest);
      const bytes = revision !== undefined && isTrusted(digest, revision) && kept.get(digest, revision);
      if (bytes) return bytes;
      kept.forget(digest);
    }
    const content = await open(digest);
    if (content === undefined) return undefined;
    const bytes = await readWhole(content);
    kept.keep(digest, content.revision, bytes);
    return bytes;
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
    const { revision, reader } = content;
    const hash = hashOf(digest);
    await readPieces(reader, async (piece) => {
      hash.update(piece);
      await pace?.(piece.length);
    });
    return { revision, isRight: await judge(digest, revision, hash.digest('hex')) };
  }

  return { ...store, open, read, verify };
}

function hashOf(digest: Digest): Hash {
  return createHash(digestAlgorithm(digest));
}

/** Reads to the end, into the same memory again and again. */
async function readPieces(reader: BlobReader, see: (piece: Buffer) => Promise<void>): Promise<void> {
  const memory = takePiece();
  try {
    for (;;) {
      const size = await reader.read(memory);
      if (size === 0) return;
      await see(memory.subarray(0, size));
    }
  } finally {
    await reader.close();
    givePiece(memory);
  }
}

async function readWhole({ reader, size }: BlobContent): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(size);
  let done = 0;
  try {
    // Also behind the last byte: there the digest is compared, of an empty blob as well.
    for (;;) {
      const more = await reader.read(bytes.subarray(done));
      done += more;
      if (more === 0 || done === size) return bytes.subarray(0, done);
    }
  } finally {
    await reader.close();
  }
}
