import { join } from 'node:path';

import type { DigestAlgorithm } from '@ashlar/core';

import type * as gateway from '../../../gateway/file-system.ts';
import { randomBytes } from '../../../gateway/random.ts';
import type { UploadId } from '../blob-store.ts';

/** What stores need of the file system; tests record its calls and make them fail. */
export type BlobFileSystem = Pick<
  typeof gateway,
  | 'mkdir'
  | 'open'
  | 'openFile'
  | 'readdir'
  | 'readFile'
  | 'rename'
  | 'rmdir'
  | 'stat'
  | 'statSync'
  | 'syncFolder'
  | 'unlink'
>;

/** Only the user that runs the server reads its files. */
export const fileMode = 0o600;
export const folderMode = 0o700;

const uploadIdPattern = /^(?<algorithm>sha256|sha512)-[0-9a-f]{32}$/;

/** Where staging files live. */
export function uploadFolder(folder: string): string {
  return join(folder, 'upload');
}

/** The id carries the announced algorithm, so that a restart does not forget it. */
export function newUploadId(algorithm: DigestAlgorithm): UploadId {
  return `${algorithm}-${randomName()}` as UploadId;
}

/** The algorithm that an upload announced; undefined when the text, which comes from a URL, is no id of ours. */
export function uploadAlgorithm(id: string): DigestAlgorithm | undefined {
  return uploadIdPattern.exec(id)?.groups?.['algorithm'] as DigestAlgorithm | undefined;
}

/** 128 random bits, because who knows the id of an upload can continue it. */
export function randomName(): string {
  return randomBytes(16).toString('hex');
}
