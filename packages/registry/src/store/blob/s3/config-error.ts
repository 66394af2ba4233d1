import { ashlarError } from '@ashlar/core';

/** What is wrong with the setting `blobs`, and what to do about it. */
export function configError(reason: string, fix: string, cause?: unknown): Error {
  return ashlarError('ASH-CONFIG', { key: 'blobs', reason, fix }, { cause });
}
