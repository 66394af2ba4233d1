import { describe, expect, it } from 'vitest';

import { processorTime } from '../../../../tests/support/processor-time.ts';
import { digestAlgorithm, digestHex, digestOf, isDigest, parseDigest } from './digest.ts';
import { isRepositoryName, isTag, parseRepositoryName } from './name.ts';

describe('repository names', () => {
  it.each([
    'a',
    '0',
    'a/b/c',
    'a.b',
    'a_b',
    'a__b',
    'a-b',
    'a---b',
    'a.b_c-d/e',
    'a'.repeat(255),
    `a/${'b'.repeat(253)}`,
  ])('may be %s', (name) => {
    expect(isRepositoryName(name)).toBe(true);
    expect(parseRepositoryName(name)).toBe(name);
  });

  it.each([
    '',
    '/',
    'a/',
    '/a',
    'a//b',
    'A',
    'ä',
    'a b',
    '.a',
    'a.',
    'a..b',
    'a___b',
    '_a',
    '-a',
    'a-',
    'a._b',
    'a-_b',
    'a:b',
    'a@b',
    'a%2fb',
    'a\n',
  ])('cannot be %j', (name) => {
    expect(isRepositoryName(name)).toBe(false);
    expect(() => parseRepositoryName(name)).toThrow(
      `"${name}" is not a repository name: use lower-case letters and digits, joined by single . _ - or __, in segments divided by /.`,
    );
  });

  it('have 255 characters at most', () => {
    expect(() => parseRepositoryName('a'.repeat(256))).toThrow(/: it is longer than 255 characters\.$/);
  });

  it('are told from others in no time', () => {
    const taken = processorTime();
    isRepositoryName(`${'a-'.repeat(127)}_`);
    isRepositoryName(`${'-'.repeat(250)}a`);
    expect(taken()).toBeLessThan(1_000);
  });
});

describe('tags', () => {
  it.each(['a', '_', '1.0.0', 'A-b_c.d', 'a'.repeat(128)])('may be %s', (tag) => {
    expect(isTag(tag)).toBe(true);
  });

  it.each(['', '.a', '-a', 'a b', 'a/b', 'a:b', '1.0.0+b', 'ä', 'a\n', 'a'.repeat(129)])(
    'cannot be %j',
    (tag) => {
      expect(isTag(tag)).toBe(false);
    },
  );
});

describe('digests', () => {
  const sha256 = `sha256:${'0a'.repeat(32)}`;
  const sha512 = `sha512:${'0a'.repeat(64)}`;

  it.each([
    [sha256, 'sha256', '0a'.repeat(32)],
    [sha512, 'sha512', '0a'.repeat(64)],
  ] as const)('are read: %s', (text, algorithm, hex) => {
    const digest = parseDigest(text);
    expect([digest, digestAlgorithm(digest), digestHex(digest)]).toEqual([text, algorithm, hex]);
    expect(digestOf(algorithm, hex)).toBe(text);
  });

  it.each([
    '',
    'sha256:',
    sha256.slice(0, -1),
    `${sha256}0`,
    sha256.toUpperCase(),
    sha256.replaceAll('a', 'A'),
    sha256.replaceAll('a', 'g'),
    `sha512:${'0a'.repeat(32)}`,
    `sha256:${'0a'.repeat(64)}`,
    `sha384:${'0a'.repeat(48)}`,
    `md5:${'0a'.repeat(16)}`,
    ` ${sha256}`,
    `${sha256}\n`,
  ])('cannot be %j', (text) => {
    expect(isDigest(text)).toBe(false);
    expect(() => parseDigest(text)).toThrow(/is not a digest/);
  });
});
