export type { BlobContent, BlobStore, BlobUsage, ByteRange, UploadId } from './blob-store.ts';
export { openFileBlobStore } from './file/index.ts';
export type { FileBlobStoreOptions } from './file/index.ts';
