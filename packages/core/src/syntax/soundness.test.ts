import { expect, it } from 'vitest';

import { brokenPromises } from './soundness.ts';
import type { SyntaxNode, SyntaxTree } from './source.ts';

const name = (start: number, end: number) => ({ kind: 'name', start, end });
const tree = (root: object): SyntaxTree<SyntaxNode> => ({
  text: 'a + b',
  root: { kind: 'sum', start: 0, end: 5, ...root },
  comments: [],
  problems: [],
});

it('finds nothing in a tree that is sound', () => {
  expect(brokenPromises(tree({ left: name(0, 1), right: name(4, 5) }))).toEqual([]);
});

it('finds nodes outside of their parents and over each other', () => {
  expect(brokenPromises(tree({ left: name(0, 4), right: name(3, 6) }))).toEqual([
    'the tree is printed as another text',
    'name from 3 to 6 is misplaced',
  ]);
});

it('finds notes outside of the text and out of order', () => {
  const problem = (start: number, end: number) => ({ start, end, message: '' });
  const comment = { kind: 'line', start: 4, end: 6 } as const;
  expect(
    brokenPromises({ ...tree({}), comments: [comment], problems: [problem(3, 4), problem(1, 9)] }),
  ).toEqual(['line from 4 to 6 is misplaced', 'a problem at 1 to 9 behind one at 3']);
});
