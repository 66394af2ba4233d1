import { ashlarError } from '@ashlar/core';

import type { ByteRange } from '../store/blob/index.ts';

/**
 * Reads a `Range` header for content of `size` bytes: one range of bytes, clipped at the end (RFC 9110 §14.1.2).
 * Other units, several ranges and broken syntax are ignored, as the RFC allows: the answer is then the whole.
 * @throws ASH-RANGE-INVALID when the range lies outside or runs backwards
 */
export function parseRange(header: string | undefined, size: number): ByteRange | undefined {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return undefined;
  const outside = ashlarError('ASH-RANGE-INVALID', { size });
  if (first === '') {
    const count = Math.min(Number(last), size);
    if (count === 0) throw outside;
    return { start: size - count, end: size - 1 };
  }
  const start = Number(first);
  const end = last === '' ? size - 1 : Math.min(Number(last), size - 1);
  if (start >= size || (last !== '' && Number(last) < start)) throw outside;
  return { start, end };
}

/** Reads a `Content-Range` of an upload: `0-1023`, inclusive, without a unit. @throws ASH-CONTENT-RANGE-INVALID */
export function parseContentRange(header: string | undefined): ByteRange | undefined {
  if (header === undefined) return undefined;
  const [, start, end] = /^(\d{1,15})-(\d{1,15})$/.exec(header.trim()) ?? [];
  if (start === undefined || end === undefined || Number(end) < Number(start)) {
    throw ashlarError('ASH-CONTENT-RANGE-INVALID', { value: header.slice(0, 100) });
  }
  return { start: Number(start), end: Number(end) };
}
