import { isUtf8 } from 'node:buffer';

import { ashlarError } from '@ashlar/core';

import type { ArchiveLimits } from './archive-limits.ts';

/** What an archive says about an entry before anything is believed. */
export interface NamedEntry {
  /** The name as written; that of a folder may end in one slash. */
  readonly name: Buffer;
  readonly folder: boolean;
}

const shownLength = 120;

// Device names that Windows opens instead of a file, with any extension.
const reservedName = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(?: *\..*)?$/i;

/** Checked in this order; the first that matches gives the reason. */
const nameRules: readonly (readonly [RegExp, string])[] = [
  [/^$/, 'it is empty'],
  [/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u, 'it has a control character or an invisible one'],
  [/\\/, 'it has a backslash'],
  [/^\//, 'it is absolute'],
  [/^[a-z]:/i, 'it starts with a drive letter'],
  // A colon names an alternate data stream on NTFS.
  [/[<>:"|?*]/, 'it has a character that Windows does not allow: < > : " | ? *'],
];

const segmentRules: readonly (readonly [RegExp, string])[] = [
  [/^$/, 'it has an empty segment'],
  [/^\.$/, 'it has a . segment'],
  [/^\.\.$/, 'it has a .. segment'],
  [/[. ]$/, 'a segment ends in a dot or a space'],
  [reservedName, 'Windows reserves the name for a device'],
];

/**
 * Checks the names of all entries, each alone and all together, and returns them as paths in the same order.
 * The rules are those under which the archive unpacks to the same files on every system.
 * @throws ASH-ARCHIVE-PATH ASH-ARCHIVE-NAME-LENGTH ASH-ARCHIVE-DEPTH ASH-ARCHIVE-DUPLICATE
 */
export function checkEntryNames(entries: readonly NamedEntry[], limits: ArchiveLimits): string[] {
  const paths = entries.map((entry) => checkEntryName(entry, limits));
  const known = new Map<string, KnownName>();
  paths.forEach((path, index) => addName(known, path, entries[index]!.folder));
  return paths;
}

/** A name for an error message: control characters escaped, cut to a length that fits a line. */
export function printableName(name: Buffer | string): string {
  // Cut before as well, a name can have 64 KB.
  const start = (typeof name === 'string' ? name : name.subarray(0, shownLength * 4).toString()).slice(
    0,
    shownLength * 4,
  );
  const text = start.replace(
    /[\p{C}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u{${character.codePointAt(0)!.toString(16)}}`,
  );
  return text.length > shownLength ? `${text.slice(0, shownLength - 1).toWellFormed()}…` : text;
}

function checkEntryName({ name, folder }: NamedEntry, limits: ArchiveLimits): string {
  const raw = folder && name.at(-1) === slash && name.length > 1 ? name.subarray(0, -1) : name;
  if (raw.length > limits.nameLength) {
    throw ashlarError('ASH-ARCHIVE-NAME-LENGTH', { path: printableName(raw), limit: limits.nameLength });
  }
  if (!isUtf8(raw)) throw badName(raw, 'it is not UTF-8');
  const path = raw.toString();
  for (const [pattern, reason] of nameRules) if (pattern.test(path)) throw badName(raw, reason);
  const segments = path.split('/');
  for (const segment of segments) {
    for (const [pattern, reason] of segmentRules) if (pattern.test(segment)) throw badName(raw, reason);
  }
  if ((folder ? segments.length : segments.length - 1) > limits.depth) {
    throw ashlarError('ASH-ARCHIVE-DEPTH', { path: printableName(raw), limit: limits.depth });
  }
  return path;
}

const slash = 0x2f;

function badName(name: Buffer, reason: string) {
  return ashlarError('ASH-ARCHIVE-PATH', { path: printableName(name), reason });
}

interface KnownName {
  readonly path: string;
  readonly folder: boolean;
}

/** Folders may be named again, by an entry of their own or by what they hold; everything else only once. */
function addName(known: Map<string, KnownName>, path: string, folder: boolean): void {
  const key = collisionKey(path);
  for (let end = key.indexOf('/'); end >= 0; end = key.indexOf('/', end + 1)) {
    addFolder(known, key.slice(0, end), path);
  }
  if (folder) return addFolder(known, key, path);
  const first = known.get(key);
  if (first) throw duplicate(path, first.path);
  known.set(key, { path, folder: false });
}

function addFolder(known: Map<string, KnownName>, key: string, path: string): void {
  const first = known.get(key);
  if (!first) known.set(key, { path, folder: true });
  else if (!first.folder) throw duplicate(path, first.path);
}

function duplicate(path: string, first: string) {
  return ashlarError('ASH-ARCHIVE-DUPLICATE', { path: printableName(path), first: printableName(first) });
}

/** Equal for names that some file system (APFS, NTFS) takes for one: case and Unicode normalisation do not count. */
function collisionKey(path: string): string {
  return path.normalize('NFD').toLowerCase().toUpperCase().normalize('NFC');
}
