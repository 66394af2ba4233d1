import { describe, expect, it } from 'vitest';

import { figure, isMet, judgedText } from './aim.ts';
import { seededRandom } from './random.ts';
import { tableText } from './report.ts';
import { inRounds } from './rounds.ts';
import { median, pairedRatio, percentile } from './statistics.ts';

describe('statistics', () => {
  it.each([
    [[3], 3],
    [[3, 1, 2], 2],
    [[4, 1, 3, 2], 2.5],
  ])('takes the median of %j', (values, expected) => {
    expect(median(values)).toBe(expected);
  });

  it('takes the smallest value that enough others do not exceed', () => {
    const values = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect([0, 1, 95, 99, 100].map((percent) => percentile(values, percent))).toEqual([1, 1, 95, 99, 100]);
    expect(percentile([7], 95)).toBe(7);
  });

  it('compares round by round, so that a slow round counts for both', () => {
    expect(pairedRatio([30, 3, 33], [10, 1, 11])).toBe(3);
  });
});

describe('an aim', () => {
  it.each([
    ['least', 3, 3, true],
    ['least', 3, 2.999, false],
    ['most', 20, 20, true],
    ['most', 20, 20.001, false],
  ] as const)('of at %s %d is judged at its limit: %d', (at, aim, value, expected) => {
    expect(isMet({ value, aim: { at, value: aim, unit: '×' } })).toBe(expected);
  });

  it('is shown beside the figure', () => {
    const aim = { at: 'least', value: 3, unit: '×' } as const;
    expect(judgedText({ value: 3.14159, aim })).toBe('3.14 × (aim ≥ 3 ×) ok');
    expect(judgedText({ value: 2, aim })).toBe('2.00 × (aim ≥ 3 ×) **missed**');
  });

  it('is not met by what could not be measured', () => {
    expect(isMet({ value: Number.NaN, aim: { at: 'least', value: 1, unit: '×' } })).toBe(false);
    expect(isMet({ value: Number.NaN, aim: { at: 'most', value: 1, unit: '×' } })).toBe(false);
  });
});

it('shows three digits of a figure', () => {
  expect([0.1234, 1.005, 12.34, 123.4, 12_345.6, Number.NaN].map(figure)).toEqual([
    '0.12',
    '1.00',
    '12.3',
    '123',
    '12,346',
    '–',
  ]);
});

it('writes tables in Markdown', () => {
  const aim = { at: 'most', value: 1, unit: 's' } as const;
  expect(tableText(['a', 'b'], [['long', { value: 0.5, aim }]]).split('\n')).toEqual([
    '| a    | b                     |',
    '|------|-----------------------|',
    '| long | 0.50 s (aim ≤ 1 s) ok |',
  ]);
});

it('lets each contestant begin a round in its turn', async () => {
  const order: string[] = [];
  const results = await inRounds(['a', 'b', 'c'], 2, async (name) => order.push(name));
  expect(order).toEqual(['a', 'b', 'c', 'b', 'c', 'a']);
  expect(results).toEqual(
    new Map([
      ['a', [1, 6]],
      ['b', [2, 4]],
      ['c', [3, 5]],
    ]),
  );
});

it('draws the same numbers for the same seed', () => {
  const draw = (seed: number) => Array.from({ length: 5 }, seededRandom(seed));
  expect(draw(1)).toEqual(draw(1));
  expect(draw(1)).not.toEqual(draw(2));
  expect(draw(1).every((value) => value >= 0 && value < 1)).toBe(true);
});
