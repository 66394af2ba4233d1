import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { processorTime } from '../../../../tests/support/processor-time.ts';
import { AshlarError } from '../error/index.ts';
import { isTag } from '../oci/name.ts';
import { compareText } from '../text/compare-text.ts';
import {
  compareVersions,
  isPrerelease,
  isVersion,
  normaliseVersion,
  parseVersion,
  tagToVersion,
  type Version,
  versionOrder,
  versionToTag,
} from './version.ts';

/** The examples that semver.org tests its pattern with (https://regex101.com/r/vkijKf/1/). */
const valid = `0.0.4 1.2.3 10.20.30 1.1.2-prerelease+meta 1.1.2+meta 1.1.2+meta-valid 1.0.0-alpha 1.0.0-beta
  1.0.0-alpha.beta 1.0.0-alpha.beta.1 1.0.0-alpha.1 1.0.0-alpha0.valid 1.0.0-alpha.0valid
  1.0.0-alpha-a.b-c-somethinglong+build.1-aef.1-its-okay 1.0.0-rc.1+build.1 2.0.0-rc.1+build.123 1.2.3-beta
  10.2.3-DEV-SNAPSHOT 1.2.3-SNAPSHOT-123 1.0.0 2.0.0 1.1.7 2.0.0+build.1848 2.0.1-alpha.1227 1.0.0-alpha+beta
  1.2.3----RC-SNAPSHOT.12.9.1--.12+788 1.2.3----R-S.12.9.1--.12+meta 1.2.3----RC-SNAPSHOT.12.9.1--.12
  1.0.0+0.build.1-rc.10000aaa-kk-0.1 99999999999999999999999.999999999999999999.99999999999999999 1.0.0-0A.is.legal`.split(
  /\s+/,
);
const invalid = [
  ...`1 1.2 1.2.3-0123 1.2.3-0123.0123 1.1.2+.123 +invalid -invalid -invalid+invalid -invalid.01 alpha alpha.beta
  alpha.beta.1 alpha.1 alpha+beta alpha_beta alpha. alpha.. beta 1.0.0-alpha_beta -alpha. 1.0.0-alpha..
  1.0.0-alpha..1 1.0.0-alpha...1 1.0.0-alpha....1 01.1.1 1.01.1 1.1.01 1.2.3.DEV 1.2-SNAPSHOT
  1.2.31.2.3----RC-SNAPSHOT.12.09.1--..12+788 1.2-RC-SNAPSHOT -1.0.3-gamma+b7718 +justmeta 9.8.7+meta+meta
  9.8.7-whatever+meta+meta
  99999999999999999999999.999999999999999999.99999999999999999----RC-SNAPSHOT.12.09.1--------------------------------..12
  v1.0.0 1.0.0_build latest`.split(/\s+/),
  '',
  ' 1.0.0',
  '1.0.0\n',
  '١.0.0',
];

const number = fc.oneof(fc.nat(20).map(String), fc.bigInt({ min: 0n, max: 10n ** 20n }).map(String));
const identifier = fc.oneof(number, fc.stringMatching(/^\d{0,3}[a-zA-Z-][0-9a-zA-Z-]{0,4}$/));
const build = fc.stringMatching(/^[0-9a-zA-Z-]{1,4}$/);
const dotted = (part: fc.Arbitrary<string>, mark: string) =>
  fc.oneof(
    fc.constant(''),
    fc.array(part, { minLength: 1, maxLength: 3 }).map((parts) => mark + parts.join('.')),
  );
const version = fc
  .tuple(number, number, number, dotted(identifier, '-'), dotted(build, '+'))
  .map(([major, minor, patch, pre, meta]) => `${major}.${minor}.${patch}${pre}${meta}`)
  // A few are longer than a tag may be.
  .filter(isVersion);

describe('isVersion', () => {
  it.each(valid)('takes %s', (text) => {
    expect(isVersion(text)).toBe(true);
  });

  it.each(invalid)('refuses "%s"', (text) => {
    expect(isVersion(text)).toBe(false);
  });

  it('takes 128 characters, the longest tag, and no more', () => {
    expect(isVersion(`1.0.0-${'a'.repeat(122)}`)).toBe(true);
    expect(isVersion(`1.0.0-${'a'.repeat(123)}`)).toBe(false);
  });

  it('is fast on what looks like a version for long', () => {
    const taken = processorTime();
    isVersion(`1.0.0-${'0'.repeat(1_000_000)}`);
    isVersion(`1.0.0-${'0.'.repeat(60)}_`);
    expect(taken()).toBeLessThan(1_000);
  });
});

describe('parseVersion', () => {
  it('names what it refuses, shortened', () => {
    expect(() => parseVersion('v1')).toThrow(
      new AshlarError({ code: 'ASH-VERSION-INVALID', params: { version: 'v1' } }),
    );
    expect(() => parseVersion('x'.repeat(1000))).toThrow(`"${'x'.repeat(150)}" is not a version.`);
  });
});

describe('normaliseVersion', () => {
  it.each([
    ['1.2.3', '1.2.3'],
    ['v1.2.3', '1.2.3'],
    ['v1.2', '1.2.0'],
    ['v1', '1.0.0'],
    ['1', '1.0.0'],
    ['1.2-beta.1', '1.2.0-beta.1'],
    ['v1+build.5', '1.0.0+build.5'],
    ['v1.2.3-rc.1+b', '1.2.3-rc.1+b'],
    ['  v1.2.3\n', '1.2.3'],
  ])('reads %j as %s', (text, expected) => {
    expect(normaliseVersion(text)).toBe(expected);
  });

  it.each([
    '',
    'v',
    'vv1',
    'V1.2.3',
    '1.',
    '1.2.',
    '.1',
    '01',
    'v01.2',
    '1.2.3.4',
    '1 .2',
    'latest',
    '1.0.0_b',
    '1-',
    '1-01',
  ])('refuses %j', (text) => {
    expect(() => normaliseVersion(text)).toThrow(/is not a version/);
  });

  it('leaves a version as it is', () => {
    fc.assert(
      fc.property(
        version,
        (text) => normaliseVersion(text) === text && normaliseVersion(`v${text}`) === text,
      ),
    );
  });
});

describe('compareVersions', () => {
  it('orders by precedence, then by build metadata', () => {
    // https://semver.org/#spec-item-11, and numbers beyond what a double holds.
    const chain =
      `0.0.0-0 0.0.0 0.0.1 0.1.0 0.9.9 1.0.0-0 1.0.0-1 1.0.0-2 1.0.0-10 1.0.0-- 1.0.0-0a 1.0.0-A 1.0.0-a 1.0.0-alpha
      1.0.0-alpha.1 1.0.0-alpha.1.0 1.0.0-alpha.beta 1.0.0-beta 1.0.0-beta.2 1.0.0-beta.11 1.0.0-rc.1 1.0.0-rc.1+a 1.0.0 1.0.0+1
      1.0.0+10 1.0.0+2 1.0.0+a 1.0.1 1.2.0 1.10.0 2.0.0-a 2.0.0 2.1.0 2.1.1 9007199254740992.0.0 9007199254740993.0.0`.split(
        /\s+/,
      );

    for (const [i, a] of chain.entries()) {
      for (const [j, b] of chain.entries()) {
        expect([a, b, Math.sign(compareVersions(a as Version, b as Version))]).toEqual([
          a,
          b,
          Math.sign(i - j),
        ]);
      }
    }
  });

  it('is a total order', () => {
    const sign = (a: Version, b: Version) => Math.sign(compareVersions(a, b));
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(sign(a, b)).toBe(0 - sign(b, a) + 0);
        expect(sign(a, b) === 0).toBe(a === b);
        if (sign(a, b) <= 0 && sign(b, c) <= 0) expect(sign(a, c)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 2000 },
    );
  });

  it('puts a pre-release before its release', () => {
    fc.assert(
      fc.property(version, (text) => {
        const release = parseVersion(text.split(/[-+]/, 1)[0]!);
        expect(Math.sign(compareVersions(text, release))).toBe(
          isPrerelease(text) ? -1 : text === release ? 0 : 1,
        );
      }),
    );
  });
});

describe('versionOrder', () => {
  it('orders as comparing versions does', () => {
    const close = fc.constantFrom(
      ...'1.0.0 1.0.0-a 1.0.0-a.1 1.0.0-a- 1.0.0-1 1.0.0-10 1.0.0-2 1.0.0+a 10.0.0 2.0.0'.split(' '),
    ) as fc.Arbitrary<Version>;
    fc.assert(
      fc.property(fc.oneof(version, close), fc.oneof(version, close), (a, b) => {
        expect(compareText(versionOrder(a), versionOrder(b))).toBe(Math.sign(compareVersions(a, b)));
      }),
      { numRuns: 2000 },
    );
  });
});

describe('isPrerelease', () => {
  it.each([
    ['1.0.0', false],
    ['1.0.0-a', true],
    ['1.0.0+a-b', false],
    ['1.0.0-a+b', true],
  ])('of %s is %s', (text, expected) => {
    expect(isPrerelease(text as Version)).toBe(expected);
  });
});

describe('tags', () => {
  it.each([
    ['1.0.0', '1.0.0'],
    ['1.0.0_build.1', '1.0.0+build.1'],
    ['1.0.0-rc.1_b', '1.0.0-rc.1+b'],
    ['1.0.0_a_b', undefined],
    ['1.0.0_', undefined],
    ['_1.0.0', undefined],
    ['v1.0.0', undefined],
    ['1.0', undefined],
    ['latest', undefined],
    ['', undefined],
  ])('%j stands for %s', (tag, expected) => {
    expect(tagToVersion(tag)).toBe(expected);
  });

  it('hold every version, and give it back', () => {
    fc.assert(
      fc.property(version, (text) => {
        expect(isTag(versionToTag(text))).toBe(true);
        expect(tagToVersion(versionToTag(text))).toBe(text);
      }),
    );
  });
});
