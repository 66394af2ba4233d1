export { openS3BlobStore } from './s3-blob-store.ts';
export type { S3BlobStoreOptions } from './s3-blob-store.ts';
export type { S3Limits } from './limits.ts';
