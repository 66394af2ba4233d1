import { expect, it } from 'vitest';

import { createFairLine } from './fair-line.ts';

it('lets owners take turns, each with its own in their order', () => {
  const line = createFairLine<string>();
  for (const item of ['a1', 'a2', 'a3', 'b1', 'c1', 'b2']) line.add(item[0]!, item);
  expect([line.size, line.sizeOf('a'), line.sizeOf('x')]).toEqual([6, 3, 0]);
  expect(line.next()).toBe('a1');
  line.add('a', 'a4');
  line.add('d', 'd1');

  expect(Array.from({ length: 8 }, () => line.next())).toEqual([
    'b1',
    'c1',
    'a2',
    'd1',
    'b2',
    'a3',
    'a4',
    undefined,
  ]);
  expect(line.size).toBe(0);
});
