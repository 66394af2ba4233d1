import { randomBytes as nodeRandomBytes, randomFillSync } from 'node:crypto';

import { monotonicFactory } from 'ulid';

/** Random bytes for ULIDs, drawn many at a time: a ULID takes sixteen of them, one by one. */
const pool = Buffer.alloc(4096);
let used = pool.length;

function randomFraction(): number {
  if (used === pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  return pool[used++]! / 256;
}

const ulid = monotonicFactory(randomFraction);

/** Cryptographically secure random bytes. */
export function randomBytes(count: number): Buffer {
  return nodeRandomBytes(count);
}

/** A new ULID: 26 characters that sort by time of creation. */
export function newId(now: number): string {
  return ulid(now);
}
