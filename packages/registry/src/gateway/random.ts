import { randomBytes as nodeRandomBytes } from 'node:crypto';

import { monotonicFactory } from 'ulid';

const ulid = monotonicFactory();

/** Cryptographically secure random bytes. */
export function randomBytes(count: number): Buffer {
  return nodeRandomBytes(count);
}

/** A new ULID: 26 characters that sort by time of creation. */
export function newId(now: number): string {
  return ulid(now);
}
