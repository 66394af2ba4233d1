export type { BlobContent, BlobStore, ByteRange, StoredBlob, UploadId } from './blob-store.ts';
export { openFileBlobStore } from './file/index.ts';
export type { FileBlobStoreOptions } from './file/index.ts';
export { verifiedReads } from './verified-reads.ts';
