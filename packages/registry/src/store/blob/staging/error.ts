import { ashlarError } from '@ashlar/core';

/** Whether the file system says that there is no such file. */
function isMissing(error: unknown): boolean {
  return systemCode(error) === 'ENOENT';
}

/** Passes on what `work` resolves to; a full disk or an exhausted quota becomes ASH-STORAGE-FULL. */
export async function orStorageFull<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const code = systemCode(error);
    if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
    throw ashlarError('ASH-STORAGE-FULL', {}, { cause: error });
  }
}

/** Resolves to undefined instead of rejecting because of a missing file. */
export async function orMissing<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

function systemCode(error: unknown): string | undefined {
  return error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
}
