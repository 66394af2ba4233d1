import { crc32, deflateRawSync } from 'node:zlib';

/**
 * Writes zip and tar files by hand, for tests: every field can be made to lie. Without overrides the archive is sound.
 */

type Fields = Record<string, number>;

export interface ZipSpec {
  readonly name: string | Buffer;
  readonly text?: string;
  readonly stored?: boolean;
  /** Compressed bytes, when they are not simply those of the text. */
  readonly data?: Buffer;
  readonly mode?: number;
  readonly host?: number;
  readonly extra?: Buffer;
  readonly localExtra?: Buffer;
  readonly localName?: string;
  readonly comment?: string;
  /** Bytes behind the data. */
  readonly after?: Buffer;
  /** Fields of both headers: flags, method, crc, compressed, size. */
  readonly fields?: Fields;
  readonly central?: Fields;
  readonly local?: Fields;
}

export interface ZipEnd {
  readonly prefix?: Buffer;
  readonly comment?: string;
  readonly beforeEnd?: Buffer;
  readonly trailing?: Buffer;
  /** Fields: disk, directoryDisk, countHere, count, size, start. */
  readonly end?: Fields;
}

export function zipBytes(specs: readonly ZipSpec[], options: ZipEnd = {}): Buffer {
  const parts: Buffer[] = [options.prefix ?? Buffer.alloc(0)];
  const directory: Buffer[] = [];
  let at = parts[0]!.length;
  for (const spec of specs) {
    const local = localEntry(spec);
    directory.push(centralEntry(spec, at));
    parts.push(local);
    at += local.length;
  }
  const central = Buffer.concat([...directory, options.beforeEnd ?? Buffer.alloc(0)]);
  const count = specs.length;
  const end = {
    disk: 0,
    directoryDisk: 0,
    countHere: count,
    count,
    size: central.length,
    start: at,
    ...options.end,
  };
  const comment = Buffer.from(options.comment ?? '');
  const record = Buffer.concat([
    Buffer.from('PK\x05\x06', 'latin1'),
    u16(end.disk, end.directoryDisk, end.countHere, end.count),
    u32(end.size, end.start),
    u16(comment.length),
    comment,
  ]);
  return Buffer.concat([...parts, central, record, options.trailing ?? Buffer.alloc(0)]);
}

function commonFields(spec: ZipSpec) {
  const bytes = Buffer.from(spec.text ?? '');
  const data = dataOf(spec);
  const method = spec.stored ? 0 : 8;
  return {
    flags: 0x0800,
    method,
    crc: crc32(bytes),
    compressed: data.length,
    size: bytes.length,
    ...spec.fields,
  };
}

function dataOf(spec: ZipSpec): Buffer {
  const bytes = Buffer.from(spec.text ?? '');
  return spec.data ?? (spec.stored ? bytes : deflateRawSync(bytes));
}

function localEntry(spec: ZipSpec): Buffer {
  const name = Buffer.from(spec.localName ?? spec.name);
  const extra = spec.localExtra ?? Buffer.alloc(0);
  const f = { signature: 0x04034b50, ...commonFields(spec), ...spec.local };
  return Buffer.concat([
    u32(f.signature),
    u16(20, f.flags, f.method, 0, 0x21),
    u32(f.crc, f.compressed, f.size),
    u16(name.length, extra.length),
    name,
    extra,
    dataOf(spec),
    spec.after ?? Buffer.alloc(0),
  ]);
}

function centralEntry(spec: ZipSpec, at: number): Buffer {
  const name = Buffer.from(spec.name);
  const extra = spec.extra ?? Buffer.alloc(0);
  const comment = Buffer.from(spec.comment ?? '', 'latin1');
  const f = {
    offset: at,
    disk: 0,
    attributes: ((spec.mode ?? 0o100644) << 16) >>> 0,
    ...commonFields(spec),
    ...spec.central,
  };
  return Buffer.concat([
    u32(0x02014b50),
    u16(((spec.host ?? 3) << 8) | 20, 20, f.flags, f.method, 0, 0x21),
    u32(f.crc, f.compressed, f.size),
    u16(name.length, extra.length, comment.length, f.disk, 0),
    u32(f.attributes, f.offset),
    name,
    extra,
    comment,
  ]);
}

export function u16(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2);
  values.forEach((value, index) => bytes.writeUInt16LE(value, index * 2));
  return bytes;
}

export function u32(...values: number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4);
  values.forEach((value, index) => bytes.writeUInt32LE(value, index * 4));
  return bytes;
}

export interface TarSpec {
  readonly name: string | Buffer;
  readonly text?: string | Buffer;
  readonly type?: string;
  readonly mode?: number;
  readonly size?: number;
  readonly prefix?: string;
  readonly magic?: string;
  readonly link?: string;
  /** Added to the right checksum. */
  readonly checksumOff?: number;
  /** Written over the finished header, before its checksum: offset and bytes. */
  readonly patch?: readonly [number, string];
}

export const tarEnd = Buffer.alloc(1024);

export function tarBytes(specs: readonly TarSpec[], end: Buffer = tarEnd): Buffer {
  return Buffer.concat([...specs.map(tarEntry), end]);
}

function tarEntry(spec: TarSpec): Buffer {
  const bytes = Buffer.from(spec.text ?? '');
  const header = Buffer.alloc(512);
  Buffer.from(spec.name).copy(header, 0, 0, 100);
  header.write(octal(spec.mode ?? 0o644, 7), 100);
  header.write(octal(0, 7), 108);
  header.write(octal(0, 7), 116);
  header.write(octal(spec.size ?? bytes.length, 11), 124);
  header.write(octal(0, 11), 136);
  header.write(spec.type ?? '0', 156, 'latin1');
  header.write(spec.link ?? '', 157);
  header.write(spec.magic ?? 'ustar\x0000', 257, 'latin1');
  header.write(spec.prefix ?? '', 345);
  if (spec.patch) header.write(spec.patch[1], spec.patch[0], 'latin1');
  header.fill(' ', 148, 156);
  const sum = header.reduce((total, byte) => total + byte, spec.checksumOff ?? 0);
  header.write(`${octal(sum, 6)} `, 148, 'latin1');
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width, '0')}\x00`;
}

/** A pax header for the entry that follows it. */
export function pax(records: Record<string, string>, type = 'x'): TarSpec {
  return { name: 'pax', type, text: Object.entries(records).map(paxRecord).join('') };
}

export function paxRecord([key, value]: readonly [string, string]): string {
  const rest = ` ${key}=${value}\n`;
  const size = Buffer.byteLength(rest);
  const digits = String(size + String(size).length).length;
  return `${size + digits}${rest}`;
}
