import { describe, expect, it } from 'vitest';

import type { Version } from '../module/version.ts';
import { compareRanges, parseConstraint, type RangeChange, satisfies } from './version-constraint.ts';

describe('a version constraint', () => {
  it.each<[string, string, string]>([
    ['1.2.3', '1.2.3', '1.2.2 1.2.4 1.3.0'],
    ['= 1.2', '1.2.0', '1.2.1'],
    ['>= 1.2', '1.2.0 1.3.0 9.0.0', '1.1.9 1.3.0-beta'],
    ['> 1.2', '1.2.1', '1.2.0'],
    ['< 2', '1.9.9 0.0.1', '2.0.0 2.0.0-alpha'],
    ['<= 2.0.0', '2.0.0', '2.0.1'],
    ['~> 1.2', '1.2.0 1.9.0', '1.1.0 2.0.0'],
    ['~> 1.2.3', '1.2.3 1.2.9', '1.2.2 1.3.0'],
    ['~> 1', '1.0.0 2.0.0', '0.9.0'],
    ['>= 1.0, < 2.0, != 1.5.0', '1.0.0 1.9.9', '1.5.0 2.0.0'],
    ['>=1.0,<2.0', '1.0.0', '2.0.0'],
    ['1.0.0-rc.1', '1.0.0-rc.1', '1.0.0'],
    ['~> v3.4', '3.4.0', '4.0.0'],
  ])('%s takes %s and refuses %s', (text, taken, refused) => {
    const range = parseConstraint(text)!;
    for (const version of taken.split(' '))
      expect([version, satisfies(version as Version, range)]).toEqual([version, true]);
    for (const version of refused.split(' '))
      expect([version, satisfies(version as Version, range)]).toEqual([version, false]);
  });

  it.each(['2.0.0 2.9.9', '3.0.0 1.9.9'])('~> 2 of a provider ends before 3: %s', (versions) => {
    const range = parseConstraint('~> 2', 'provider')!;
    const isTaken = versions.startsWith('2');

    for (const version of versions.split(' ')) expect(satisfies(version as Version, range)).toBe(isTaken);
  });

  it.each(['', 'latest', '>= 1.x', '1.2.3.4', '>> 1', '>= 1.0 < 2.0'])('is not "%s"', (text) => {
    expect(parseConstraint(text)).toBeUndefined();
  });
});

it.each<[string, string, RangeChange]>([
  ['~> 4.0', '~> 4.0', 'same'],
  ['>= 1.0, != 1.5.0', '>= 1.6', 'raised'],
  ['>= 1.6', '>= 1.0, != 1.5.0', 'widened'],
  ['>= 1.0, != 1.5.0', '>= 1.4', 'changed'],
  ['>= 1.0, < 2.0', '>= 1.0, < 2.0, != 2.5.0', 'same'],
  ['~> 4.0', '>= 4.0, < 5.0', 'same'],
  ['~> 4.0', '~> 4.7', 'raised'],
  ['>= 3.7', '>= 3.7.1', 'raised'],
  ['>= 3.7', '>= 4.0', 'narrowed'],
  ['>= 3.7', '>= 3.7, < 5.0', 'narrowed'],
  ['>= 3.7', '>= 3.7, != 3.9.0', 'narrowed'],
  ['~> 4.7', '~> 4.0', 'widened'],
  ['~> 3.0', '>= 3.0, < 5.0', 'widened'],
  ['~> 3.0', '~> 4.0', 'changed'],
  ['> 1.0', '>= 1.0', 'widened'],
  ['> 4.0.0', '>= 4.0.1', 'same'],
  ['<= 4.0.9', '< 4.0.10', 'same'],
  ['>= 0', '< 5.0.0', 'narrowed'],
])('%s and then %s is %s', (before, after, change) => {
  expect(compareRanges(parseConstraint(before)!, parseConstraint(after)!)).toBe(change);
});
