import { ashlarError } from '@ashlar/core';

import { printableName } from './entry-name.ts';

// stat(2): the type and permission bits of a Unix mode.
export const fileMode = {
  type: 0o170000,
  file: 0o100000,
  folder: 0o040000,
  link: 0o120000,
  setId: 0o6000,
  execute: 0o100,
} as const;

const specialTypes: Record<number, string> = {
  0o010000: 'FIFO',
  0o020000: 'character device',
  0o060000: 'block device',
  0o140000: 'socket',
};

/** The error for an entry that is a symbolic or hard link. */
export function linkEntry(name: Buffer | string) {
  return ashlarError('ASH-ARCHIVE-LINK', { path: printableName(name) });
}

/** The error for an entry that is neither file nor folder nor link. */
export function specialEntry(name: Buffer | string, type: string) {
  return ashlarError('ASH-ARCHIVE-SPECIAL', { path: printableName(name), type });
}

/**
 * Refuses by Unix mode; a mode without type bits says nothing and passes.
 * @throws ASH-ARCHIVE-LINK ASH-ARCHIVE-SPECIAL
 */
export function checkMode(name: Buffer | string, mode: number): void {
  const type = mode & fileMode.type;
  if (type === fileMode.link) throw linkEntry(name);
  if (type !== 0 && type !== fileMode.file && type !== fileMode.folder) {
    throw specialEntry(name, specialTypes[type] ?? 'special file');
  }
  if (type !== fileMode.folder) checkSetId(name, mode);
}

/** Clients would create the file with these rights. Folders of shared disks often carry the bit and are dropped. */
export function checkSetId(name: Buffer | string, mode: number): void {
  if (mode & fileMode.setId) throw specialEntry(name, 'file with setuid or setgid rights');
}
