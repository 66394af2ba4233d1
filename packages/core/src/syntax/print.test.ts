import { expect, it } from 'vitest';

import { childrenOf, printTree } from './print.ts';
import type { SyntaxNode, SyntaxTree } from './source.ts';

interface Sum extends SyntaxNode {
  readonly kind: 'sum';
  readonly right: SyntaxNode;
  readonly left: SyntaxNode;
  readonly others: readonly SyntaxNode[];
}

const name = (start: number, end: number) => ({ kind: 'name', start, end });
const left = name(3, 4);
const right = name(7, 9);
const other = name(15, 16);
const root: Sum = { kind: 'sum', right, left, others: [other], start: 3, end: 16 };
const tree: SyntaxTree<Sum> = { text: '// a + bb /*+*/c ;', root, comments: [], problems: [] };

it('prints a tree as the text that it comes from', () => {
  expect(printTree(tree)).toBe(tree.text);
});

it('prints something else in the place of nodes', () => {
  expect(printTree(tree, new Map([[right, 'second']]))).toBe('// a + second /*+*/c ;');
  expect(
    printTree(
      tree,
      new Map<SyntaxNode, string>([
        [root, 'x'],
        [left, 'y'],
      ]),
    ),
  ).toBe('// x ;');
});

it('knows the children of a node in the order of the text', () => {
  expect(childrenOf(root)).toEqual([left, right, other]);
  expect(childrenOf(left)).toEqual([]);
});
