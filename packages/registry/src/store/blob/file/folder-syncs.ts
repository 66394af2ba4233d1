import type { BlobFileSystem } from '../staging/layout.ts';

/** Syncs folders, and remembers which of them could not be synced. */
export interface FolderSyncs {
  /** How many syncs of the folder have failed so far. */
  failures(path: string): number;
  /**
   * Makes what was done in the folder durable. `before` is what `failures` said before it was done: a sync that failed
   * in between took it along, and this one would succeed without it.
   * @throws what the file system says
   */
  sync(path: string, before: number): Promise<void>;
}

/**
 * After a sync that failed the system counts what it should have written as written, so the next one succeeds and the
 * names are nowhere on the disk ("fsyncgate"). Never again is a sync of such a folder taken for what was there before.
 */
export function folderSyncs(files: Pick<BlobFileSystem, 'syncFolder'>): FolderSyncs {
  const counts = new Map<string, number>();

  function failures(path: string): number {
    return counts.get(path) ?? 0;
  }

  async function sync(path: string, before: number): Promise<void> {
    try {
      await files.syncFolder(path);
    } catch (error) {
      counts.set(path, failures(path) + 1);
      throw error;
    }
    if (failures(path) !== before)
      throw new Error(`${path} was not synced: another sync of it has just failed`);
  }

  return { failures, sync };
}
