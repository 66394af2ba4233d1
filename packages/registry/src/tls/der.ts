/** Writes the Distinguished Encoding Rules (ITU-T X.690), as far as certificates need them. Nothing here reads. */

function value(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  if (content.length < 0x80) return Buffer.concat([Buffer.of(tag, content.length), content]);
  const length = Buffer.from(evenHex(content.length), 'hex');
  return Buffer.concat([Buffer.of(tag, 0x80 | length.length), length, content]);
}

export const sequence = (...parts: readonly Uint8Array[]) => value(0x30, ...parts);
export const set = (...parts: readonly Uint8Array[]) => value(0x31, ...parts);
export const octetString = (...parts: readonly Uint8Array[]) => value(0x04, ...parts);
export const utf8String = (text: string) => value(0x0c, Buffer.from(text));
export const boolean = (state: boolean) => value(0x01, Buffer.of(state ? 0xff : 0));

/** `[tag]` around whole values. */
export const explicit = (tag: number, ...parts: readonly Uint8Array[]) => value(0xa0 | tag, ...parts);
/** `[tag]` in place of the tag of a simple value. */
export const implicit = (tag: number, content: Uint8Array) => value(0x80 | tag, content);

/** A positive integer of big-endian bytes. */
export function integer(bytes: Uint8Array): Buffer {
  const start = bytes.findIndex((byte) => byte !== 0);
  const digits = start < 0 ? Buffer.of(0) : bytes.subarray(start);
  return value(0x02, Buffer.from(digits[0]! >= 0x80 ? [0] : []), digits);
}

export function bitString(bytes: Uint8Array, unusedBits = 0): Buffer {
  return value(0x03, Buffer.of(unusedBits), bytes);
}

export function objectId(dotted: string): Buffer {
  const [first, second, ...others] = dotted.split('.').map(Number);
  return value(0x06, Buffer.from([first! * 40 + second!, ...others].flatMap(base128)));
}

/** RFC 5280 §4.1.2.5: UTCTime until 2049, GeneralizedTime from 2050. */
export function time(milliseconds: number): Buffer {
  const digits = `${new Date(milliseconds).toISOString().replace(/\D/g, '').slice(0, 14)}Z`;
  return digits < '2050' ? value(0x17, Buffer.from(digits.slice(2))) : value(0x18, Buffer.from(digits));
}

function base128(part: number): number[] {
  const bytes = [part & 0x7f];
  for (let rest = part >> 7; rest > 0; rest >>= 7) bytes.unshift(0x80 | (rest & 0x7f));
  return bytes;
}

function evenHex(number: number): string {
  const hex = number.toString(16);
  return hex.length % 2 === 0 ? hex : `0${hex}`;
}
