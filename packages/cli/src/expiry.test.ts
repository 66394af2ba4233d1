import { expect, it } from 'vitest';

import { parseExpiry } from './expiry.ts';

const now = Date.parse('2026-01-31T00:00:00Z');

it.each([
  ['12h', '2026-01-31T12:00:00.000Z'],
  ['90d', '2026-05-01T00:00:00.000Z'],
  ['2w', '2026-02-14T00:00:00.000Z'],
  ['2027-01-31', '2027-01-31T00:00:00.000Z'],
  ['2027-01-31T10:00:00+02:00', '2027-01-31T08:00:00.000Z'],
])('%s', async (text, expected) => expect(await parseExpiry(text, now)).toBe(expected));

it.each(['', '90', '-1d', '1.5d', '3 days', '2027-13-01', '2027', '999999d'])(
  'refuses %j',
  async (text) => await expect(parseExpiry(text, now)).rejects.toMatchObject({ code: 'ASH-USAGE' }),
);
