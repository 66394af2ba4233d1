import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

import { randomBytes } from '../gateway/random.ts';

/** Lets secret scanners and people recognise a token. */
const prefix = 'ash_';
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
/** 62^43 > 2^256. */
const randomLength = 43;
/** 62^6 > 2^32. */
const checksumLength = 6;

/** Names the token that the configuration presets; no other token may have this name. */
export const presetTokenName = 'admin (preset)';

/** Makes an API token: `ash_`, 256 random bits in base 62, and the CRC-32 of all before it in base 62. */
export function newToken(): string {
  const random = base62(BigInt(`0x${randomBytes(32).toString('hex')}`), randomLength);
  return `${prefix}${random}${checksum(prefix + random)}`;
}

/** Whether a text could be a token that Ashlar made; tells a mistyped one without a look into the store. */
export function isWellFormedToken(text: string): boolean {
  if (!text.startsWith(prefix)) return false;
  const body = text.slice(0, -checksumLength);
  return body.length === prefix.length + randomLength && text.slice(-checksumLength) === checksum(body);
}

/** What the store keeps of a token. A plain hash suffices: 256 random bits cannot be guessed. */
export function hashToken(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Whether a text claims to be an Ashlar token. */
export function hasTokenPrefix(text: string): boolean {
  return text.startsWith(prefix);
}

function checksum(text: string): string {
  return base62(BigInt(crc32(text)), checksumLength);
}

function base62(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; rest > 0n; rest /= 62n) text = alphabet[Number(rest % 62n)]! + text;
  return text.padStart(length, '0');
}
