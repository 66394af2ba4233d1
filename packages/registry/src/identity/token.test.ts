import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';

import { describe, expect, it } from 'vitest';

import { hashToken, hasTokenPrefix, isWellFormedToken, newToken } from './token.ts';

describe('tokens', () => {
  const tokens = Array.from({ length: 200 }, () => newToken());

  it('are a prefix, 43 random characters and a checksum of 6', () => {
    for (const token of tokens) expect(token).toMatch(/^ash_[0-9A-Za-z]{49}$/);
    expect(new Set(tokens).size).toBe(tokens.length);
  });

  it('end in the CRC-32 of the rest, in base 62', () => {
    const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
    for (const token of tokens) {
      const value = token
        .slice(-6)
        .split('')
        .reduce((sum, digit) => sum * 62 + digits.indexOf(digit), 0);
      expect(value).toBe(crc32(token.slice(0, -6)));
    }
  });

  it('are well-formed as they are, and in no other way', () => {
    const [token] = tokens as [string];
    const swapped = token.slice(0, 10) + token[11] + token[10] + token.slice(12);
    const others = [
      '',
      'ash_',
      token.slice(1),
      token.slice(0, -1),
      `${token}0`,
      ` ${token}`,
      token.toLowerCase(),
      token.replace('ash_', 'ASH_'),
      token.slice(0, 20) + (token[20] === 'x' ? 'y' : 'x') + token.slice(21),
      ...(swapped === token ? [] : [swapped]),
    ];

    expect(tokens.every(isWellFormedToken)).toBe(true);
    expect(others.filter(isWellFormedToken)).toEqual([]);
  });

  it('are known by their prefix, and stored as a hash', () => {
    expect([hasTokenPrefix('ash_x'), hasTokenPrefix('Ash_x'), hasTokenPrefix('x')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(hashToken('secret')).toBe(createHash('sha256').update('secret').digest('hex'));
  });
});
