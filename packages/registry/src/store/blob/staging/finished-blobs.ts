import type { Digest } from '@ashlar/core';

import type { OpenFile } from '../../../gateway/file-system.ts';
import type { BlobStore } from '../blob-store.ts';

/** A staging file that holds `size` bytes whose digest was checked. */
export interface Staged {
  readonly path: string;
  readonly handle: OpenFile;
  readonly size: number;
}

/**
 * Where the bytes of a finished upload stay. This is what drivers differ in; uploads arrive in staging files of the
 * local disk for all of them.
 */
export interface FinishedBlobs extends Pick<
  BlobStore,
  'size' | 'revision' | 'open' | 'read' | 'delete' | 'list' | 'quarantine'
> {
  /**
   * Makes a staging file the blob, durably, or drops it when the blob is there already; the staging file is gone then.
   * @throws ASH-UNAVAILABLE (the staging file stays, for another try)
   */
  adopt(staged: Staged, digest: Digest): Promise<void>;
}
