import { buffer } from 'node:stream/consumers';

import { ashlarError, digestAlgorithm, digestHex } from '@ashlar/core';
import type { Digest } from '@ashlar/core';

import { crashPoint } from '../../../gateway/crash-point.ts';
import type { Clock } from '../../../gateway/clock.ts';
import type { OpenFile } from '../../../gateway/file-system.ts';
import { readerOf } from '../blob-reader.ts';
import type { BlobContent, ByteRange, StoredBlob } from '../blob-store.ts';
import { orMissing } from '../staging/error.ts';
import type { FinishedBlobs, Staged } from '../staging/finished-blobs.ts';
import type { BlobFileSystem } from '../staging/layout.ts';
import { turnKeeper } from '../../../turn-keeper.ts';
import type { Bucket } from './bucket.ts';
import type { S3Limits } from './limits.ts';
import { memoryBudget } from './memory-budget.ts';
import type { Multipart, SendPart } from './multipart.ts';
import type { ObjectNames } from './object-name.ts';
import type { Parts } from './part.ts';

export interface BlobObjectsOptions {
  readonly bucket: Bucket;
  readonly multipart: Multipart;
  readonly parts: Parts;
  readonly names: ObjectNames;
  readonly limits: S3Limits;
  readonly files: BlobFileSystem;
  readonly clock: Clock;
}

/** The objects that are named by their digest. The service shows an object when it has all of it. */
export function blobObjects(options: BlobObjectsOptions): FinishedBlobs {
  const { bucket, multipart, parts, names, limits, files, clock } = options;
  const inTurn = turnKeeper();
  const memory = memoryBudget(limits.partMemory);

  async function size(digest: Digest): Promise<number | undefined> {
    return (await bucket.head(names.of(digest)))?.size;
  }

  async function revision(digest: Digest): Promise<string | undefined> {
    return (await bucket.head(names.of(digest)))?.revision;
  }

  /** One request, which tells size and revision as well. */
  async function open(digest: Digest, range?: ByteRange): Promise<BlobContent | undefined> {
    const content =
      range === undefined || isForward(range) ? await bucket.get(names.of(digest), range) : 'outside';
    if (content !== 'outside') {
      return content && { size: content.size, revision: content.revision, reader: readerOf(content.stream) };
    }
    const whole = await size(digest);
    if (whole === undefined) return undefined;
    throw ashlarError('ASH-RANGE-INVALID', { size: whole });
  }

  async function read(digest: Digest): Promise<Buffer | undefined> {
    const content = await bucket.get(names.of(digest));
    return content === undefined || content === 'outside' ? undefined : await buffer(content.stream);
  }

  function remove(digest: Digest): Promise<void> {
    return inTurn(digest, () => bucket.delete(names.of(digest)));
  }

  async function* list(): AsyncGenerator<StoredBlob> {
    for (const algorithm of ['sha256', 'sha512'] as const) {
      for await (const { key, size, storedAt } of bucket.list(names.start(algorithm))) {
        const digest = names.digestOf(key);
        if (digest !== undefined) yield { digest, size, storedAt };
      }
    }
  }

  function quarantine(digest: Digest, revision: string): Promise<boolean> {
    return inTurn(digest, async () => {
      const key = names.of(digest);
      const state = await bucket.head(key);
      if (state?.revision !== revision) return false;
      const aside = names.quarantine(digest, clock.now());
      if (state.size <= limits.copySize) await bucket.copy(key, aside, state.etag);
      else
        await multipart.make(aside, state.size, limits.copySize, (part) => parts.copy(part, key, state.etag));
      await bucket.delete(key);
      return true;
    });
  }

  /** Acknowledged by the service, or the staging file stays what it was. */
  function adopt(staged: Staged, digest: Digest): Promise<void> {
    return inTurn(digest, async () => {
      // Objects are whole, so one of this size is this one. Another size can only be damage, which storing repairs.
      if ((await size(digest)) !== staged.size) {
        await store(staged, digest);
        crashPoint('object.stored');
      }
      await orMissing(files.unlink(staged.path));
    });
  }

  async function store({ handle, size }: Staged, digest: Digest): Promise<void> {
    const key = names.of(digest);
    if (size > limits.partSize) return await multipart.make(key, size, limits.partSize, sendPart(handle));
    await memory.use(size, async () => {
      await bucket.put(key, await readPart(handle, 0, size), checksumOf(digest));
    });
  }

  /** Parts are in memory, as the SDK cannot send a stream again when a request fails. */
  function sendPart(handle: OpenFile): SendPart {
    return async (part) =>
      await memory.use(part.length, async () => {
        // Others may have failed while this part waited for its turn.
        part.signal.throwIfAborted();
        const etag = await parts.send(part, await readPart(handle, part.start, part.length));
        crashPoint('object.part-sent');
        return etag;
      });
  }

  return { size, revision, open, read, delete: remove, list, quarantine, adopt };
}

/** What can be written as a range of HTTP at all; whether the object has these bytes, the service says. */
function isForward({ start, end }: ByteRange): boolean {
  return Number.isSafeInteger(start) && Number.isSafeInteger(end) && 0 <= start && start <= end;
}

/** The digest itself, as the service wants it. */
function checksumOf(digest: Digest): string | undefined {
  if (digestAlgorithm(digest) !== 'sha256') return undefined;
  return Buffer.from(digestHex(digest), 'hex').toString('base64');
}

async function readPart(handle: OpenFile, start: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  let done = 0;
  while (done < length) {
    const { bytesRead } = await handle.read(bytes, done, length - done, start + done);
    if (bytesRead === 0)
      throw new Error(`the staging file ends at byte ${start + done} of ${start + length}`);
    done += bytesRead;
  }
  return bytes;
}
