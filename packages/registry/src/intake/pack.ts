import { buffer } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { crc32, deflateRaw, gzip } from 'node:zlib';

import { fileMode } from './entry-type.ts';
import { type ModuleFile, sortByPath } from './module-file.ts';

const deflateAsync = promisify(deflateRaw);
const gzipAsync = promisify(gzip);

const level = 9;
const fileRights = (file: ModuleFile) => (file.executable ? 0o755 : 0o644);

// yazl is not used: it takes the date from the local time zone and deflates all files at once.
const zip = {
  version: 20,
  /** Unix, APPNOTE 3.0. */
  madeBy: (3 << 8) | 30,
  utf8: 0x0800,
  /** 1980-01-01 00:00, the first moment that a zip can name. */
  time: 0,
  date: 0x0021,
} as const;

/**
 * Packs files as a zip. Equal files give equal bytes, in whatever order they come and wherever this runs, as long as
 * zlib is the same: compare versions by their content digest, not by their zip.
 */
export async function packZip(files: readonly ModuleFile[]): Promise<Buffer> {
  const entries: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const file of sortByPath(files)) {
    const name = Buffer.from(file.path);
    const { method, data } = await compress(file.bytes);
    const fields = commonFields(file, name, method, data);
    const local = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, name]);
    entries.push(local, data);
    directory.push(directoryEntry(file, name, fields, offset));
    offset += local.length + data.length;
  }
  const directoryBytes = Buffer.concat(directory);
  return Buffer.concat([
    ...entries,
    directoryBytes,
    endRecord(directory.length, directoryBytes.length, offset),
  ]);
}

async function compress(bytes: Buffer): Promise<{ method: number; data: Buffer }> {
  const deflated = await deflateAsync(bytes, { level });
  return deflated.length < bytes.length ? { method: 8, data: deflated } : { method: 0, data: bytes };
}

/** The 26 bytes that local header and directory have in common, from the version needed to the extra length. */
function commonFields(file: ModuleFile, name: Buffer, method: number, data: Buffer): Buffer {
  const fields = Buffer.alloc(26);
  fields.writeUInt16LE(zip.version, 0);
  fields.writeUInt16LE(zip.utf8, 2);
  fields.writeUInt16LE(method, 4);
  fields.writeUInt16LE(zip.time, 6);
  fields.writeUInt16LE(zip.date, 8);
  fields.writeUInt32LE(crc32(file.bytes), 10);
  fields.writeUInt32LE(data.length, 14);
  fields.writeUInt32LE(file.bytes.length, 18);
  fields.writeUInt16LE(name.length, 22);
  return fields;
}

function directoryEntry(file: ModuleFile, name: Buffer, fields: Buffer, offset: number): Buffer {
  const start = Buffer.alloc(6);
  start.write('PK\x01\x02', 'latin1');
  start.writeUInt16LE(zip.madeBy, 4);
  // Comment length, disk and internal attributes stay 0.
  const end = Buffer.alloc(14);
  end.writeUInt32LE(((fileMode.file | fileRights(file)) << 16) >>> 0, 6);
  end.writeUInt32LE(offset, 10);
  return Buffer.concat([start, fields, end, name]);
}

function endRecord(count: number, size: number, offset: number): Buffer {
  const record = Buffer.alloc(22);
  record.write('PK\x05\x06', 'latin1');
  record.writeUInt16LE(count, 8);
  record.writeUInt16LE(count, 10);
  record.writeUInt32LE(size, 12);
  record.writeUInt32LE(offset, 16);
  return record;
}

/** Packs files as tar.gz (ustar, pax where a name asks for it), sorted, without dates and owners. Equal files give equal bytes. */
export async function packTarGz(files: readonly ModuleFile[]): Promise<Buffer> {
  // Only Bicep sources need it.
  const { pack } = await import('tar-stream');
  const tar = pack();
  for (const file of sortByPath(files)) {
    tar.entry({ name: file.path, mode: fileRights(file), mtime: new Date(0) }, file.bytes);
  }
  tar.finalize();
  const bytes = await gzipAsync(await buffer(tar), { level });
  // RFC 1952: byte 9 is the operating system, 255 unknown. zlib writes the one it runs on; the date it leaves 0.
  bytes[9] = 255;
  return bytes;
}
