import { join } from 'node:path';

import { digestAlgorithm, digestHex } from '@ashlar/core';
import type { Digest } from '@ashlar/core';

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
