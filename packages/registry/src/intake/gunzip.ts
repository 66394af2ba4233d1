import { crc32 } from 'node:zlib';

import { type Allowance, unreadable } from './archive-limits.ts';
import { inflateWithin } from './inflate.ts';

// RFC 1952.
const headerSize = 10;
const trailerSize = 8;
const flag = { headerCrc: 0x02, extra: 0x04, name: 0x08, comment: 0x10, reserved: 0xe0 };

export function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

/**
 * Unpacks a gzip file of exactly one member. Node's own gunzip goes on into further members and ignores garbage
 * behind them, in which readers differ.
 * @throws ASH-ARCHIVE-FORMAT ASH-ARCHIVE-RATIO ASH-ARCHIVE-UNPACKED-SIZE
 */
export async function gunzip(bytes: Buffer, allowance: Allowance): Promise<Buffer> {
  const start = dataStart(bytes);
  const inflated = await inflateWithin(bytes.subarray(start), allowance.bytes);
  if (!inflated) throw allowance.exceeded();
  const end = start + inflated.consumed;
  if (bytes.length < end + trailerSize) throw unreadable('it is cut off');
  if (bytes.length > end + trailerSize) throw unreadable('there are bytes after its gzip data');
  if (
    bytes.readUInt32LE(end) !== crc32(inflated.bytes) ||
    bytes.readUInt32LE(end + 4) !== inflated.bytes.length
  ) {
    throw unreadable('its gzip checksum is wrong');
  }
  return inflated.bytes;
}

function dataStart(bytes: Buffer): number {
  if (bytes.length < headerSize) throw unreadable('it is cut off');
  const flags = bytes[3]!;
  if (bytes[2] !== 8 || flags & flag.reserved) throw unreadable('its gzip header is damaged');
  let at = headerSize;
  if (flags & flag.extra) at += 2 + (at + 2 <= bytes.length ? bytes.readUInt16LE(at) : bytes.length);
  if (flags & flag.name) at = afterNul(bytes, at);
  if (flags & flag.comment) at = afterNul(bytes, at);
  if (flags & flag.headerCrc) at = afterHeaderCrc(bytes, at);
  if (at > bytes.length) throw unreadable('it is cut off');
  return at;
}

function afterNul(bytes: Buffer, at: number): number {
  const nul = bytes.indexOf(0, at);
  if (at > bytes.length || nul < 0) throw unreadable('it is cut off');
  return nul + 1;
}

function afterHeaderCrc(bytes: Buffer, at: number): number {
  if (at + 2 > bytes.length) throw unreadable('it is cut off');
  if (bytes.readUInt16LE(at) !== (crc32(bytes.subarray(0, at)) & 0xffff)) {
    throw unreadable('its gzip header is damaged');
  }
  return at + 2;
}
