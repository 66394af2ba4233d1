import { type AshlarError, ashlarError, limits as table } from '@ashlar/core';

/** What an archive may hold. All values are inclusive: the limit itself passes. */
export interface ArchiveLimits {
  /** Bytes of the archive as it arrives. */
  readonly compressed: number;
  /** Bytes after unpacking; headers and padding of a tar count. */
  readonly unpacked: number;
  /** How many times its own size an archive may unpack to. */
  readonly ratio: number;
  /** Bytes after unpacking up to which the ratio is not judged: small text compresses very well. */
  readonly ratioFrom: number;
  /** Files and folders together. */
  readonly entries: number;
  /** Folders above a file. */
  readonly depth: number;
  /** Bytes of a whole name in UTF-8. */
  readonly nameLength: number;
  /** Bytes of all extension headers of a tar together. */
  readonly extensions: number;
}

/** Limits for the archive of one module. */
export const archiveLimits: ArchiveLimits = {
  compressed: table.archiveSize.value,
  unpacked: table.archiveUnpacked.value,
  ratio: table.archiveRatio.value,
  ratioFrom: table.archiveRatioFrom.value,
  entries: table.archiveEntries.value,
  depth: table.archiveDepth.value,
  nameLength: table.archiveNameLength.value,
  extensions: table.archiveExtensions.value,
};

/** How far an archive may unpack, and what to throw when it would go further. */
export interface Allowance {
  readonly bytes: number;
  readonly exceeded: () => AshlarError;
}

/** Both limits on unpacking as one number, so that inflating can stop at it. */
export function unpackAllowance(compressed: number, limits: ArchiveLimits): Allowance {
  const byRatio = Math.max(limits.ratioFrom, compressed * limits.ratio);
  return byRatio < limits.unpacked
    ? { bytes: byRatio, exceeded: () => ashlarError('ASH-ARCHIVE-RATIO', { limit: limits.ratio }) }
    : {
        bytes: limits.unpacked,
        exceeded: () => ashlarError('ASH-ARCHIVE-UNPACKED-SIZE', { limit: limits.unpacked }),
      };
}

/** ASH-ARCHIVE-ENTRIES when there are too many entries. */
export function checkEntryCount(count: number, limits: ArchiveLimits): void {
  if (count > limits.entries) throw ashlarError('ASH-ARCHIVE-ENTRIES', { limit: limits.entries });
}

/** The error for an archive whose bytes make no sense. `reason` completes "The archive cannot be read: …". */
export function unreadable(reason: string, options?: ErrorOptions): AshlarError {
  return ashlarError('ASH-ARCHIVE-FORMAT', { reason }, options);
}
