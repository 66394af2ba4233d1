import { expect, it } from 'vitest';

import { bumpOf, type Honesty, honestyOf, verdictOf } from './verdict.ts';

function numbers(version: string): { major: number; minor: number; patch: number } {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return { major, minor, patch };
}

it.each([
  ['breaking', '1.2.3', 'major'],
  ['behaviour', '1.2.3', 'minor'],
  ['additive', '1.2.3', 'minor'],
  ['internal', '1.2.3', 'patch'],
  ['breaking', '0.2.3', 'minor'],
  ['additive', '0.2.3', 'minor'],
  ['internal', '0.2.3', 'patch'],
] as const)('a change that is %s asks, after %s, for a %s version', (changeClass, from, bump) => {
  expect(verdictOf([{ class: 'internal' }, { class: changeClass }], numbers(from))).toBe(bump);
});

it('nothing asks for a patch', () => {
  expect(verdictOf([], numbers('1.0.0'))).toBe('patch');
});

it.each([
  ['1.2.3', '2.0.0', 'major'],
  ['1.2.3', '1.3.0', 'minor'],
  ['1.2.3', '1.2.4', 'patch'],
  ['1.2.3', '3.1.4', 'major'],
  ['1.2.3', '1.2.2', undefined],
  ['1.2.3', '1.1.9', undefined],
  ['2.0.0', '1.9.9', undefined],
  // From 2.0.0-rc.1 to 2.0.0, and so on.
  ['2.0.0', '2.0.0', 'major'],
  ['2.1.0', '2.1.0', 'minor'],
  ['2.1.3', '2.1.3', 'patch'],
] as const)('%s to %s: %s', (from, to, bump) => {
  expect(bumpOf(numbers(from), numbers(to))).toBe(bump);
});

it.each<readonly ['major' | 'minor' | 'patch', 'major' | 'minor' | 'patch', Honesty]>([
  ['patch', 'major', 'too small'],
  ['patch', 'minor', 'too small'],
  ['minor', 'major', 'too small'],
  ['minor', 'minor', 'honest'],
  ['major', 'patch', 'larger than needed'],
])('a %s version where %s is due is %s', (declared, verdict, honesty) => {
  expect(honestyOf(declared, verdict)).toBe(honesty);
});
