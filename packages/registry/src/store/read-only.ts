import { ashlarError } from '@ashlar/core';

import type { BlobStore } from './blob/index.ts';
import type { MetadataStore } from './metadata/index.ts';

/** What a start writes and the counting of use: without meaning for who reads. */
const passed: ReadonlySet<string> = new Set(['ensureSecret', 'presetToken']);
const dropped: ReadonlySet<string> = new Set(['touchTokens', 'recordDownloads', 'leaseBlob', 'storeModel']);

/**
 * Takes nothing new: every command that would change content or rights is refused. A preset admin token passes, because
 * somebody must be able to administer.
 */
export function readOnlyMetadata(store: MetadataStore): MetadataStore {
  const commands = Object.entries(store.command).map(([name, run]) => {
    if (passed.has(name)) return [name, run];
    return [name, dropped.has(name) ? async () => {} : refuse];
  });
  return { ...store, command: Object.fromEntries(commands) as MetadataStore['command'] };
}

/** Takes no bytes. What is damaged stays where it is. */
export function readOnlyBlobs(store: BlobStore): BlobStore {
  return {
    ...store,
    put: refuse,
    delete: refuse,
    quarantine: async () => false,
    createUpload: refuse,
    append: refuse,
    finishUpload: refuse,
    cancelUpload: refuse,
  };
}

async function refuse(): Promise<never> {
  throw ashlarError('ASH-READ-ONLY', {});
}
