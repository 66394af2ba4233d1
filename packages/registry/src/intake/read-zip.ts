import { setImmediate } from 'node:timers/promises';
import { crc32 } from 'node:zlib';

import { ashlarError } from '@ashlar/core';

import { type ArchiveLimits, checkEntryCount, unpackAllowance, unreadable } from './archive-limits.ts';
import { checkEntryNames, printableName } from './entry-name.ts';
import { checkMode, fileMode } from './entry-type.ts';
import { inflateWithin } from './inflate.ts';
import type { ModuleFile } from './module-file.ts';

// APPNOTE.TXT 6.3.10. Readers differ wherever a zip says a thing twice or leaves bytes unexplained (terraform and tofu
// follow the central directory, others stream from the front), so every byte of the archive must be accounted for:
// the local entries tile it up to the directory, and the directory up to the end record.
const signature = {
  local: 0x04034b50,
  descriptor: 0x08074b50,
  directory: 0x02014b50,
  zip64Locator: 0x07064b50,
  end: Buffer.from('PK\x05\x06', 'latin1'),
} as const;
const flag = {
  encrypted: 0x0001,
  descriptor: 0x0008,
  patch: 0x0020,
  strong: 0x0040,
  masked: 0x2000,
} as const;
const method = { stored: 0, deflated: 8, aes: 99 } as const;
const extra = { zip64: 0x0001, unicodePath: 0x7075 } as const;
const unixHosts = [3, 19];
const [localSize, directorySize, endSize, zip64LocatorSize] = [30, 46, 22, 20];

const entriesPerTurn = 256;

interface Directory {
  readonly start: number;
  readonly end: number;
  readonly count: number;
}

interface ZipEntry {
  readonly name: Buffer;
  readonly folder: boolean;
  readonly executable: boolean;
  readonly flags: number;
  readonly method: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Of the local header. */
  readonly offset: number;
}

export function isZip(archive: Buffer): boolean {
  const start = archive.toString('latin1', 0, 4);
  return start === 'PK\x03\x04' || start === 'PK\x05\x06';
}

/** Files of a zip, in no particular order; folders are dropped. @throws ASH-ARCHIVE-… */
export async function readZip(archive: Buffer, limits: ArchiveLimits): Promise<ModuleFile[]> {
  const directory = findDirectory(archive);
  checkEntryCount(directory.count, limits);
  const entries = readDirectory(archive, directory);
  const paths = checkEntryNames(entries, limits);
  const dataStarts = checkLayout(archive, entries, directory.start);
  const allowance = unpackAllowance(archive.length, limits);
  if (entries.reduce((sum, entry) => sum + entry.size, 0) > allowance.bytes) throw allowance.exceeded();

  const files: ModuleFile[] = [];
  for (const [index, entry] of entries.entries()) {
    // Small entries are inflated at once; let others have a turn between them.
    if (index % entriesPerTurn === entriesPerTurn - 1) await setImmediate();
    const start = dataStarts[index]!;
    const bytes = await readData(archive.subarray(start, start + entry.compressedSize), entry);
    if (!entry.folder) files.push({ path: paths[index]!, executable: entry.executable, bytes });
  }
  return files;
}

function findDirectory(archive: Buffer): Directory {
  const at = archive.lastIndexOf(signature.end);
  if (at < 0 || at + endSize > archive.length)
    throw unreadable('its end is missing; it was probably cut off');
  if (at + endSize + archive.readUInt16LE(at + 20) !== archive.length) {
    throw unreadable('there are bytes after its end record');
  }
  const [disk, directoryDisk] = [archive.readUInt16LE(at + 4), archive.readUInt16LE(at + 6)];
  const [countHere, count] = [archive.readUInt16LE(at + 8), archive.readUInt16LE(at + 10)];
  const [size, start] = [archive.readUInt32LE(at + 12), archive.readUInt32LE(at + 16)];
  if (count === 0xffff || size === 0xffffffff || start === 0xffffffff || hasZip64Locator(archive, at)) {
    throw zip64();
  }
  if (disk !== 0 || directoryDisk !== 0 || countHere !== count) {
    throw unreadable('it is one part of several');
  }
  if (start + size !== at) throw unreadable('its directory is not where its end record says');
  return { start, end: at, count };
}

/** Some readers obey the locator even when the end record does not ask for it. */
function hasZip64Locator(archive: Buffer, end: number): boolean {
  return end >= zip64LocatorSize && archive.readUInt32LE(end - zip64LocatorSize) === signature.zip64Locator;
}

function readDirectory(archive: Buffer, { start, end, count }: Directory): ZipEntry[] {
  const entries: ZipEntry[] = [];
  let at = start;
  while (at < end && entries.length < count) {
    if (at + directorySize > end || archive.readUInt32LE(at) !== signature.directory)
      throw damagedDirectory();
    const next =
      at +
      directorySize +
      archive.readUInt16LE(at + 28) +
      archive.readUInt16LE(at + 30) +
      archive.readUInt16LE(at + 32);
    if (next > end) throw damagedDirectory();
    entries.push(readDirectoryEntry(archive.subarray(at, next)));
    at = next;
  }
  if (at !== end || entries.length !== count)
    throw unreadable('its directory holds another number of entries');
  return entries;
}

function readDirectoryEntry(record: Buffer): ZipEntry {
  const nameEnd = directorySize + record.readUInt16LE(28);
  const name = record.subarray(directorySize, nameEnd);
  const attributes = record.readUInt32LE(38);
  const entry = {
    name,
    folder: name.at(-1) === 0x2f,
    executable: isExecutable(record[5]!, attributes >>> 16),
    flags: record.readUInt16LE(8),
    method: record.readUInt16LE(10),
    crc: record.readUInt32LE(16),
    compressedSize: record.readUInt32LE(20),
    size: record.readUInt32LE(24),
    offset: record.readUInt32LE(42),
  };
  checkExtra(record.subarray(nameEnd, nameEnd + record.readUInt16LE(30)), name);
  if (record.readUInt16LE(34) !== 0) throw unreadable('it is one part of several');
  if (Math.max(entry.compressedSize, entry.size, entry.offset) === 0xffffffff) throw zip64();
  checkCompression(entry);
  checkType(entry, attributes);
  return entry;
}

function isExecutable(host: number, mode: number): boolean {
  return unixHosts.includes(host) && (mode & fileMode.execute) !== 0;
}

function checkCompression({ name, flags, method: compression, size, compressedSize }: ZipEntry): void {
  if (flags & (flag.encrypted | flag.strong | flag.masked) || compression === method.aes) {
    throw ashlarError('ASH-ARCHIVE-ENCRYPTED', { path: printableName(name) });
  }
  if (flags & flag.patch || (compression !== method.stored && compression !== method.deflated)) {
    throw entryError(name, `uses the compression method ${compression}; use deflate`);
  }
  if (compression === method.stored && size !== compressedSize) throw entryError(name, 'states two sizes');
}

/** The Unix mode is judged whatever system is named as the maker: readers do not agree on when it counts. */
function checkType({ name, folder }: ZipEntry, attributes: number): void {
  const mode = attributes >>> 16;
  checkMode(name, mode);
  const dosFolder = (attributes & 0x10) !== 0;
  if (!folder && (dosFolder || (mode & fileMode.type) === fileMode.folder)) {
    throw entryError(name, 'is marked as a folder but its name does not end in a slash');
  }
}

function checkExtra(fields: Buffer, name: Buffer): void {
  let at = 0;
  while (at < fields.length) {
    const end = at + 4 <= fields.length ? at + 4 + fields.readUInt16LE(at + 2) : Infinity;
    if (end > fields.length) throw entryError(name, 'has a damaged extra field');
    const id = fields.readUInt16LE(at);
    if (id === extra.zip64) throw zip64();
    // Info-ZIP follows this name, others the plain one. Before it stand a version and a checksum.
    if (id === extra.unicodePath && !fields.subarray(at + 9, end).equals(name)) {
      throw entryError(name, 'has two names');
    }
    at = end;
  }
}

/** Checks that local entries tile the archive; returns where the data of each entry starts, in the order given. */
function checkLayout(archive: Buffer, entries: readonly ZipEntry[], directoryStart: number): number[] {
  const order = entries
    .map((entry, index) => ({ entry, index }))
    .toSorted((a, b) => a.entry.offset - b.entry.offset);
  const dataStarts: number[] = [];
  let at = 0;
  for (const [position, { entry, index }] of order.entries()) {
    if (entry.offset < at) throw unreadable('its entries overlap');
    if (entry.offset > at) throw unreadable('there are bytes outside its entries');
    const next = order[position + 1]?.entry.offset ?? directoryStart;
    dataStarts[index] = checkLocalEntry(archive, entry, next);
    at = next;
  }
  if (at !== directoryStart) throw unreadable('there are bytes outside its entries');
  return dataStarts;
}

function checkLocalEntry(archive: Buffer, entry: ZipEntry, end: number): number {
  const { offset, name } = entry;
  if (offset + localSize > end) throw unreadable('its entries overlap');
  if (archive.readUInt32LE(offset) !== signature.local)
    throw entryError(name, 'is not where the directory says');
  const nameEnd = offset + localSize + archive.readUInt16LE(offset + 26);
  const dataStart = nameEnd + archive.readUInt16LE(offset + 28);
  const dataEnd = dataStart + entry.compressedSize;
  if (dataEnd > end) throw unreadable('its entries overlap');
  if (!archive.subarray(offset + localSize, nameEnd).equals(name)) {
    throw entryError(name, 'has another name in front of its data');
  }
  checkExtra(archive.subarray(nameEnd, dataStart), name);
  checkLocalFields(archive, entry);
  checkDescriptor(archive.subarray(dataEnd, end), entry);
  return dataStart;
}

function checkLocalFields(archive: Buffer, entry: ZipEntry): void {
  const { offset, name, flags } = entry;
  const comparedFlags = flag.encrypted | flag.descriptor | flag.patch | flag.strong | flag.masked;
  const sameFlags = ((archive.readUInt16LE(offset + 6) ^ flags) & comparedFlags) === 0;
  const deferred = (flags & flag.descriptor) !== 0;
  const sameFields = sameSums(archive.subarray(offset + 14, offset + 26), entry, deferred);
  if (!sameFlags || archive.readUInt16LE(offset + 8) !== entry.method || !sameFields) {
    throw entryError(name, 'is described differently in front of its data and in the directory');
  }
}

/** The descriptor repeats checksum and sizes behind the data, with or without a signature. */
function checkDescriptor(bytes: Buffer, entry: ZipEntry): void {
  if ((entry.flags & flag.descriptor) === 0) {
    if (bytes.length > 0) throw unreadable('there are bytes outside its entries');
    return;
  }
  const signed = bytes.length === 16 && bytes.readUInt32LE(0) === signature.descriptor;
  const sums = signed ? bytes.subarray(4) : bytes;
  if (sums.length !== 12) throw unreadable('there are bytes outside its entries');
  if (!sameSums(sums, entry, false)) {
    throw entryError(entry.name, 'is described differently behind its data and in the directory');
  }
}

/** Compares checksum, compressed and full size; writers that do not know them yet leave zeros. */
function sameSums(sums: Buffer, entry: ZipEntry, zerosAllowed: boolean): boolean {
  return [entry.crc, entry.compressedSize, entry.size].every((expected, index) => {
    const actual = sums.readUInt32LE(index * 4);
    return actual === expected || (zerosAllowed && actual === 0);
  });
}

async function readData(data: Buffer, entry: ZipEntry): Promise<Buffer> {
  const bytes = entry.method === method.stored ? data : await inflate(data, entry);
  if (bytes.length !== entry.size) throw entryError(entry.name, 'has another size than it states');
  if (crc32(bytes) !== entry.crc) throw entryError(entry.name, 'has a wrong checksum');
  return bytes;
}

async function inflate(data: Buffer, entry: ZipEntry): Promise<Buffer> {
  const inflated = await inflateWithin(data, entry.size);
  if (!inflated) throw entryError(entry.name, 'has another size than it states');
  if (inflated.consumed !== data.length) throw entryError(entry.name, 'has bytes after its compressed data');
  return inflated.bytes;
}

function entryError(name: Buffer, reason: string) {
  return unreadable(`its entry "${printableName(name)}" ${reason}`);
}

function damagedDirectory() {
  return unreadable('its directory is damaged');
}

/** No archive within our limits needs it, and readers differ in when they follow its fields. */
function zip64() {
  return unreadable('it uses zip64, which is only for archives over 4 GB');
}
