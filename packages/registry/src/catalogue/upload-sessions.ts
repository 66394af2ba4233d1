import { ashlarError } from '@ashlar/core';

import type { BlobStore, UploadId } from '../store/blob/index.ts';

/**
 * Counts the unfinished uploads of each identity, in the memory of this process: after a restart those of before do not
 * count any more, and are dropped by their age.
 */
export interface UploadSessions {
  /** Starts an upload for an identity. @throws ASH-UPLOAD-LIMIT */
  start(subject: string, create: () => Promise<UploadId>): Promise<UploadId>;
  /** An upload was finished or cancelled. */
  end(subject: string, id: UploadId): void;
}

export function createUploadSessions(blobs: Pick<BlobStore, 'uploadSize'>, limit: number): UploadSessions {
  const sessions = new Map<string, Set<UploadId>>();
  /** Uploads that are being started. */
  const starting = new Map<string, number>();

  function count(subject: string): number {
    return (sessions.get(subject)?.size ?? 0) + (starting.get(subject) ?? 0);
  }

  /** Those that failed or were dropped say nothing; they are looked for when they would be in the way. */
  async function forgetEnded(subject: string): Promise<void> {
    for (const id of sessions.get(subject) ?? []) {
      if ((await blobs.uploadSize(id)) === undefined) end(subject, id);
    }
  }

  function end(subject: string, id: UploadId): void {
    const own = sessions.get(subject);
    own?.delete(id);
    if (own?.size === 0) sessions.delete(subject);
  }

  function addStarting(subject: string, change: 1 | -1): void {
    const left = (starting.get(subject) ?? 0) + change;
    if (left === 0) starting.delete(subject);
    else starting.set(subject, left);
  }

  return {
    async start(subject, create) {
      if (count(subject) >= limit) await forgetEnded(subject);
      if (count(subject) >= limit) throw ashlarError('ASH-UPLOAD-LIMIT', { limit });
      addStarting(subject, 1);
      try {
        const id = await create();
        const own = sessions.get(subject) ?? new Set();
        sessions.set(subject, own.add(id));
        return id;
      } finally {
        addStarting(subject, -1);
      }
    },
    end,
  };
}
