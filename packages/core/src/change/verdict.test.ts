import { expect, it } from 'vitest';

import { parseVersion } from '../module/version.ts';
import { bumpOf, type Honesty, honestyOf, verdictOf } from './verdict.ts';

it.each([
  ['breaking', '1.2.3', 'major'],
  ['behaviour', '1.2.3', 'minor'],
  ['additive', '1.2.3', 'minor'],
  ['internal', '1.2.3', 'patch'],
  ['breaking', '0.2.3', 'minor'],
  ['additive', '0.2.3', 'minor'],
  ['internal', '0.2.3', 'patch'],
] as const)('a change that is %s asks, after %s, for a %s version', (changeClass, from, bump) => {
  expect(verdictOf([{ class: 'internal' }, { class: changeClass }], parseVersion(from))).toBe(bump);
});

it('nothing asks for a patch', () => {
  expect(verdictOf([], parseVersion('1.0.0'))).toBe('patch');
});

it.each([
  ['1.2.3', '2.0.0', 'major'],
  ['1.2.3', '1.3.0', 'minor'],
  ['1.2.3', '1.2.4', 'patch'],
  ['1.2.3', '3.1.4', 'major'],
  ['1.2.3', '1.2.2', undefined],
  ['1.2.3', '1.1.9', undefined],
  ['2.0.0', '1.9.9', undefined],
  ['1.2.3', '1.2.3', undefined],
  ['0.4.1', '1.0.0', 'major'],
  ['1.2.3', '2.0.0-rc.1', 'major'],
  ['1.2.3', '1.2.3-rc.1', undefined],
  ['2.0.0-rc.1', '2.0.0-rc.2', undefined],
  ['2.0.0-rc.1', '2.0.0', undefined],
  ['1.2.3+a', '1.2.3+b', 'patch'],
] as const)('%s to %s: %s', (from, to, bump) => {
  expect(bumpOf(parseVersion(from), parseVersion(to))).toBe(bump);
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
