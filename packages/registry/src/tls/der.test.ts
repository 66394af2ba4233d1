import { expect, test } from 'vitest';

import {
  bitString,
  boolean,
  explicit,
  implicit,
  integer,
  objectId,
  octetString,
  sequence,
  time,
} from './der.ts';

// Expected bytes by hand from X.690 and, for identifiers, from RFC 5280 and RFC 5480.
test.each<[string, Buffer, string]>([
  ['true', boolean(true), '0101ff'],
  ['zero', integer(Buffer.of(0, 0)), '020100'],
  ['an integer without leading zeros', integer(Buffer.of(0, 1, 2)), '02020102'],
  ['an integer that would look negative', integer(Buffer.of(0x80)), '02020080'],
  ['a length of 127', octetString(Buffer.alloc(127)).subarray(0, 2), '047f'],
  ['a length of 128', octetString(Buffer.alloc(128)).subarray(0, 3), '048180'],
  ['a length of 256', octetString(Buffer.alloc(256)).subarray(0, 4), '04820100'],
  ['a length of 65536', octetString(Buffer.alloc(65_536)).subarray(0, 5), '0483010000'],
  ['ecdsa-with-SHA256', objectId('1.2.840.10045.4.3.2'), '06082a8648ce3d040302'],
  ['subjectAltName', objectId('2.5.29.17'), '0603551d11'],
  ['unused bits', bitString(Buffer.of(0b110), 1), '03020106'],
  ['an explicit tag', explicit(3, sequence()), 'a3023000'],
  ['an implicit tag', implicit(2, Buffer.from('a')), '820161'],
  ['the last second of UTCTime', time(Date.UTC(2049, 11, 31, 23, 59, 59)), '170d3439313233313233353935395a'],
  ['the first of GeneralizedTime', time(Date.UTC(2050, 0, 1)), '180f32303530303130313030303030305a'],
])('%s', (_name, written, hex) => {
  expect(written.toString('hex')).toBe(hex);
});
