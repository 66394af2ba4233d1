import type { Readable } from 'node:stream';

import type { Digest, DigestAlgorithm } from '@ashlar/core';

import type { BlobReader } from './blob-reader.ts';

/** Names an upload that is under way; only `createUpload` makes one. */
export type UploadId = string & { readonly __brand: 'UploadId' };

export interface ByteRange {
  /** First byte. */
  readonly start: number;
  /** Last byte, inclusive. */
  readonly end: number;
}

export interface BlobContent {
  /** Bytes of the whole blob, also when only a range is read. */
  readonly size: number;
  /** Differs whenever the stored bytes may have changed; what was verified once holds as long as it is the same. */
  readonly revision: string;
  readonly reader: BlobReader;
}

export interface StoredBlob {
  readonly digest: Digest;
  readonly size: number;
  /** Milliseconds. */
  readonly storedAt: number;
}

/** Bytes that are kept until they are disposed of, which never fails. */
export interface KeptBytes extends AsyncDisposable {
  readonly size: number;
  /** Reads them into memory. */
  read(): Promise<Buffer>;
}

export interface BlobUsage {
  /** Uploads that were begun and neither finished nor dropped. */
  readonly openUploads: number;
  /** Bytes that this process may still write; absent where there is no such end. */
  readonly freeBytes?: number;
  /** Bytes of the whole disk. */
  readonly totalBytes?: number;
}

/**
 * Where bytes live, named by their digest and by nothing else. A blob exists once it is wholly written, hashed and
 * synced to disk, or acknowledged by the service that keeps it; who may see it is decided by the metadata store. Every
 * driver passes `blob-store.suite.ts`.
 *
 * Drivers that depend on a service throw ASH-UNAVAILABLE from anything but the receiving of uploads, and streams break
 * with it: what is read is whole or fails.
 */
export interface BlobStore {
  /** Bytes of the blob, or undefined when it does not exist. */
  size(digest: Digest): Promise<number | undefined>;
  /** The revision that `open` would tell, or undefined when the blob does not exist. */
  revision(digest: Digest): Promise<string | undefined>;
  /**
   * Opens a blob; the caller closes its reader. A blob deleted meanwhile is read to its end.
   * @throws ASH-RANGE-INVALID (`range` does not lie inside the blob; in an empty blob no range does)
   */
  open(digest: Digest, range?: ByteRange): Promise<BlobContent | undefined>;
  /** Reads a whole small blob into memory. The caller does not write to it: others may be reading the same bytes. */
  read(digest: Digest): Promise<Buffer | undefined>;
  /** Stores small content whole. Storing what exists already is fine. @throws ASH-STORAGE-FULL */
  put(bytes: Uint8Array, algorithm?: DigestAlgorithm): Promise<Digest>;
  /** Removes a blob; removing what does not exist is fine. */
  delete(digest: Digest): Promise<void>;
  /** Every blob, in no order. One that is stored or removed meanwhile may be among them or not. */
  list(): AsyncIterable<StoredBlob>;
  /**
   * Puts the bytes of a damaged blob aside, where nobody reads them: the blob does not exist any more and can be stored
   * again. Says false, and does nothing, when its revision is another one by now.
   */
  quarantine(digest: Digest, revision: string): Promise<boolean>;

  /**
   * Starts an upload. The announced algorithm is hashed while bytes arrive; sha256 unless told.
   * @throws ASH-STORAGE-FULL
   */
  createUpload(algorithm?: DigestAlgorithm): Promise<UploadId>;
  /** Bytes received so far, or undefined when there is no such upload. Survives a restart. */
  uploadSize(id: UploadId): Promise<number | undefined>;
  /**
   * Appends bytes at `offset`, or at the end when undefined, and returns the new size. When the stream breaks, what
   * arrived stays and can be continued; the error of the stream is thrown. The store never destroys `bytes`, also not
   * when it throws: it may be a request whose socket still has to carry the answer.
   * @throws ASH-UPLOAD-UNKNOWN ASH-UPLOAD-RANGE (offset is not the end) ASH-UPLOAD-BUSY (another append is running)
   *   ASH-BLOB-SIZE (more than `limit` bytes in total; the upload is discarded) ASH-STORAGE-FULL
   */
  append(id: UploadId, offset: number | undefined, bytes: Readable, limit: number): Promise<number>;
  /**
   * Ends an upload: the bytes become the blob `digest` when they match it. Also matches another algorithm than the
   * announced one, by reading the bytes again. The upload is gone afterwards, also on a mismatch.
   * @throws ASH-UPLOAD-UNKNOWN ASH-UPLOAD-BUSY ASH-DIGEST-MISMATCH ASH-STORAGE-FULL ASH-UNAVAILABLE (the upload stays
   *   and can be finished again)
   */
  finishUpload(id: UploadId, digest: Digest): Promise<{ readonly size: number }>;
  /** Discards an upload; says whether there was one. @throws ASH-UPLOAD-BUSY */
  cancelUpload(id: UploadId): Promise<boolean>;
  /** Discards uploads that nobody has written to since `before` (milliseconds); returns how many. */
  sweepUploads(before: number): Promise<number>;
  /**
   * Takes a whole stream aside, for bytes that are no blob yet and must not wait in memory. Like `append` it never
   * destroys `bytes`. What a crash leaves is swept as uploads are.
   * @throws ASH-BLOB-SIZE (more than `limit` bytes) ASH-STORAGE-FULL
   */
  keep(bytes: Readable, limit: number): Promise<KeptBytes>;
  /** What the store holds and how much more it takes, for metrics; a driver that cannot tell has no such method. */
  usage?(): Promise<BlobUsage>;
  /** Whether the store can be written right now; for readiness. */
  check(): Promise<void>;
  close(): Promise<void>;
}
