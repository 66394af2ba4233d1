import { type ArchiveLimits, checkEntryCount, unreadable } from './archive-limits.ts';
import { checkEntryNames, printableName } from './entry-name.ts';
import { checkSetId, fileMode, linkEntry, specialEntry } from './entry-type.ts';
import type { ModuleFile } from './module-file.ts';
import { parsePax } from './pax.ts';

// POSIX.1-2001 (ustar, pax) and the GNU long name. tar-stream is not used: it replaces invalid UTF-8, lets a pax size
// override the header (the desync of several tar CVEs) and reads on behind the end mark.
const blockSize = 512;
const magic = { posix: 'ustar\x0000', gnu: 'ustar  \x00' };

interface TarHeader {
  readonly name: Buffer;
  readonly type: string;
  readonly mode: number;
  readonly size: number;
}

/** What the extension headers before an entry say about it. */
interface Extension {
  readonly name?: Buffer | undefined;
  readonly size?: number | undefined;
}

interface TarEntry {
  readonly name: Buffer;
  readonly folder: boolean;
  readonly executable: boolean;
  readonly bytes: Buffer;
}

const linkTypes = ['1', '2'];
const specialTypes: Record<string, string> = {
  '3': 'character device',
  '4': 'block device',
  '6': 'FIFO',
  S: 'sparse file',
};

export function isTar(archive: Buffer): boolean {
  return archive.toString('latin1', 257, 262) === 'ustar';
}

/** Files of an uncompressed tar, in its order; folders are dropped. @throws ASH-ARCHIVE-… */
export function readTar(archive: Buffer, limits: ArchiveLimits): ModuleFile[] {
  const entries = readEntries(archive, limits);
  const paths = checkEntryNames(entries, limits);
  return entries.flatMap(({ folder, executable, bytes }, index) =>
    folder ? [] : [{ path: paths[index]!, executable, bytes }],
  );
}

function readEntries(archive: Buffer, limits: ArchiveLimits): TarEntry[] {
  const entries: TarEntry[] = [];
  let extension: Extension | undefined;
  let extensionBytes = 0;
  let at = 0;
  for (;;) {
    const block = archive.subarray(at, at + blockSize);
    if (block.length < blockSize) throw unreadable('it is cut off');
    if (isZero(block)) break;
    const header = readHeader(block);
    const start = at + blockSize;
    const data = archive.subarray(start, start + header.size);
    at = start + Math.ceil(header.size / blockSize) * blockSize;
    if (at > archive.length) throw unreadable('it is cut off');
    if (isExtension(header.type)) {
      // Hundreds of thousands of records fit into a few MB, and nobody else has a turn while they are read.
      extensionBytes += header.size;
      if (extensionBytes > limits.extensions) {
        throw unreadable(`its extension headers have more than ${limits.extensions} bytes`);
      }
      // A long link target ("K") says nothing about a name, and its entry is refused as a link.
      if (header.type === 'K') continue;
      if (extension) throw unreadable('an entry has two extension headers');
      extension = readExtension(header, data);
      continue;
    }
    const entry = readEntry(header, extension, data);
    extension = undefined;
    if (entry) entries.push(entry);
    checkEntryCount(entries.length, limits);
  }
  if (extension) throw unreadable('an extension header stands before no entry');
  checkEnd(archive.subarray(at));
  return entries;
}

/** Two blocks of zeros end a tar; writers pad it with more zeros. */
function checkEnd(rest: Buffer): void {
  if (rest.length < 2 * blockSize) throw unreadable('it is cut off');
  if (!isZero(rest)) throw unreadable('there are bytes after its end mark');
}

function readHeader(block: Buffer): TarHeader {
  const kind = block.toString('latin1', 257, 265);
  // "tar\0" at the end marks the star format, whose prefix field is shorter.
  const star = block.toString('latin1', 508, 512) === 'tar\x00';
  if ((kind !== magic.posix && kind !== magic.gnu) || star) throw unreadable('it is no tar that we know');
  if (octal(block.subarray(148, 156)) !== checksum(block))
    throw unreadable('a tar header has a wrong checksum');
  const name = untilNul(block.subarray(0, 100));
  const prefix = untilNul(block.subarray(345, 500));
  // Times and more in the GNU format, where Python and, for what is no time, Go read the start of the name.
  if (kind === magic.gnu && !isZero(block.subarray(345, 500))) {
    throw unreadable('a tar header has fields that only some readers take for a part of its name');
  }
  return {
    name: prefix.length > 0 ? Buffer.concat([prefix, Buffer.from('/'), name]) : name,
    type: block[156] === 0 ? '0' : String.fromCharCode(block[156]!),
    mode: octal(block.subarray(100, 108)),
    size: octal(block.subarray(124, 136)),
  };
}

function isExtension(type: string): boolean {
  return 'xgLK'.includes(type);
}

/** A global header may carry anything but what would rename or resize entries; `git archive` writes one. */
function readExtension({ type, name }: TarHeader, data: Buffer): Extension | undefined {
  if (type === 'L') return { name: longName(data) };
  const records = parsePax(data);
  if ([...records.keys()].some(isSparseKey)) throw specialEntry(name, 'sparse file');
  const charset = records.get('hdrcharset')?.toString();
  if (charset !== undefined && charset !== 'ISO-IR 10646 2000 UTF-8')
    throw unreadable('its names are not UTF-8');
  const [path, size] = [records.get('path'), records.get('size')];
  if (type === 'x') return { name: path, size: size && decimal(size) };
  if (path || size || records.has('linkpath')) throw unreadable('a global header names a file');
  return undefined;
}

function isSparseKey(key: string): boolean {
  return key.startsWith('GNU.sparse.') || key === 'SCHILY.realsize';
}

function longName(data: Buffer): Buffer {
  const name = untilNul(data);
  if (!isZero(data.subarray(name.length))) throw unreadable('a long name goes on behind its end');
  return name;
}

/** An entry, or undefined for the root folder itself. */
function readEntry(header: TarHeader, extension: Extension | undefined, bytes: Buffer): TarEntry | undefined {
  const name = withoutDotPrefix(extension?.name ?? header.name);
  checkType(name, header);
  if (extension?.size !== undefined && extension.size !== header.size) {
    throw entryError(name, 'states two sizes');
  }
  // Old writers mark a folder by its name alone.
  const folder = header.type === '5' || name.at(-1) === 0x2f;
  if (folder && header.size > 0) throw entryError(name, 'is a folder with content');
  if (folder && isRoot(name)) return undefined;
  return { name, folder, executable: (header.mode & fileMode.execute) !== 0, bytes };
}

function checkType(name: Buffer, { type, mode }: TarHeader): void {
  if (linkTypes.includes(type)) throw linkEntry(name);
  if (type !== '0' && type !== '5') {
    throw specialEntry(name, specialTypes[type] ?? `tar entry of the unknown type ${printableName(type)}`);
  }
  if (type === '0') checkSetId(name, mode);
}

/** `tar -C folder .` writes every name as `./name`; that is the one `.` segment that everybody reads alike. */
function withoutDotPrefix(name: Buffer): Buffer {
  return name.length > 2 && name[0] === 0x2e && name[1] === 0x2f ? name.subarray(2) : name;
}

function isRoot(name: Buffer): boolean {
  const text = name.toString('latin1');
  return text === '.' || text === './';
}

function untilNul(field: Buffer): Buffer {
  const nul = field.indexOf(0);
  return nul < 0 ? field : field.subarray(0, nul);
}

/** Numbers in other notations are for files over 8 GB. */
function octal(field: Buffer): number {
  const digits = /^ *([0-7]*)[ \0]*$/.exec(field.toString('latin1'))?.[1];
  if (digits === undefined) throw unreadable('a tar header is damaged');
  return Number.parseInt(digits || '0', 8);
}

function decimal(value: Buffer): number {
  const text = value.toString('latin1');
  if (!/^\d{1,15}$/.test(text)) throw unreadable('a pax header is damaged');
  return Number(text);
}

/** The sum of all bytes, with the checksum field itself read as spaces. */
function checksum(block: Buffer): number {
  let sum = 8 * 0x20;
  for (let at = 0; at < blockSize; at++) if (at < 148 || at >= 156) sum += block[at]!;
  return sum;
}

const zeros = Buffer.alloc(64 * 1024);

function isZero(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.length; at += zeros.length) {
    const part = bytes.subarray(at, at + zeros.length);
    if (!part.equals(zeros.subarray(0, part.length))) return false;
  }
  return true;
}

function entryError(name: Buffer, reason: string) {
  return unreadable(`its entry "${printableName(name)}" ${reason}`);
}
