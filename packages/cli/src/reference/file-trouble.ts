import { type AshlarError, ashlarError } from '@ashlar/core/error';

const troubles: Readonly<Record<string, string>> = {
  EACCES: 'this user may not read it',
  EPERM: 'this user may not read it',
  ELOOP: 'its links lead in circles',
  ENOENT: 'it does not exist, or is a link to nothing',
  EISDIR: 'it is a folder',
  ENOTDIR: 'it is no folder',
  EIO: 'the disk gives errors',
};

/** What to tell when a file or folder cannot be read. */
export function unreadable(path: string, cause: unknown): AshlarError {
  const code = codeOf(cause);
  const reason = troubles[code] ?? `the system says ${code}`;
  return ashlarError('ASH-REFERENCE-REFUSED', { ref: path, reason }, { cause });
}

const writeTroubles: Readonly<Record<string, string>> = {
  EACCES: 'this user may not write it',
  EPERM: 'this user may not write it',
  EROFS: 'its file system is read-only',
  ENOSPC: 'the disk is full',
  EDQUOT: 'the disk is full',
  EISDIR: 'it is a folder',
};

/** What to tell when a file cannot be written. */
export function unwritable(path: string, cause: unknown): AshlarError {
  const code = codeOf(cause);
  const reason = `${path} cannot be written: ${writeTroubles[code] ?? `the system says ${code}`}.`;
  return ashlarError('ASH-USAGE', { reason }, { cause });
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
