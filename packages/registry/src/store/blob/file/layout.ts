import { join } from 'node:path';

import { digestAlgorithm, digestHex, isDigest } from '@ashlar/core';
import type { Digest, DigestAlgorithm } from '@ashlar/core';

import type * as gateway from '../../../gateway/file-system.ts';
import { randomBytes } from '../../../gateway/random.ts';
import type { UploadId } from '../blob-store.ts';

/** What the store needs of the file system; tests record its calls and make them fail. */
export type BlobFileSystem = Pick<
  typeof gateway,
  'mkdir' | 'open' | 'readdir' | 'readFile' | 'rename' | 'rmdir' | 'stat' | 'syncFolder' | 'unlink'
>;

/** Only the user that runs the server reads its files. */
export const fileMode = 0o600;
export const folderMode = 0o700;

const uploadIdPattern = /^(?<algorithm>sha256|sha512)-[0-9a-f]{32}$/;

/** Where staging files live. */
export function uploadFolder(folder: string): string {
  return join(folder, 'upload');
}

/** `<folder>/sha256/ab`: 256 folders for each algorithm keep each of them small. */
export function blobFolder(folder: string, digest: Digest): string {
  return join(folder, digestAlgorithm(digest), digestHex(digest).slice(0, 2));
}

export function blobPath(folder: string, digest: Digest): string {
  return join(blobFolder(folder, digest), digestHex(digest));
}

/** Where damaged blobs lie; nothing reads them. */
export function quarantineFolder(folder: string): string {
  return join(folder, 'quarantine');
}

/** The digest that `<folder>/<algorithm>/<part>/<name>` stands for; undefined for what somebody else put there. */
export function digestOfFile(algorithm: DigestAlgorithm, part: string, name: string): Digest | undefined {
  const digest = `${algorithm}:${name}`;
  return part === name.slice(0, 2) && isDigest(digest) ? digest : undefined;
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
