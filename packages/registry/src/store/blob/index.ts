export { checkPlace, placeOf, rememberPlace } from './blob-place.ts';
export type { BlobPlace } from './blob-place.ts';
export type {
  BlobContent,
  BlobStore,
  BlobUsage,
  ByteRange,
  KeptBytes,
  StoredBlob,
  UploadId,
} from './blob-store.ts';
export { givePiece, readableOf, takePiece } from './blob-reader.ts';
export type { BlobReader } from './blob-reader.ts';
export { openFileBlobStore } from './file/index.ts';
export type { FileBlobStoreOptions } from './file/index.ts';
export { verifiedReads } from './verified-reads.ts';
export type { VerifiedBlobStore } from './verified-reads.ts';
