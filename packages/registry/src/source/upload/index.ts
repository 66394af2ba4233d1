export { publishUpload } from './publish.ts';
export type { Published, UploadRequest } from './publish.ts';
export { buildUpload } from './build.ts';
export type { BuiltUpload, UploadContent, UploadOptions } from './build.ts';
