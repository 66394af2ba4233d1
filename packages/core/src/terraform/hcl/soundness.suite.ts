import { expect } from 'vitest';

import { childrenOf, printTree, type SyntaxNode, type SyntaxTree } from '../../syntax/index.ts';

/** Nodes that do not lie in their parents, or overlap. */
function misplaced(node: SyntaxNode, found: SyntaxNode[] = []): SyntaxNode[] {
  let position = node.start;
  for (const child of childrenOf(node)) {
    if (child.start < position || child.end < child.start || child.end > node.end) found.push(child);
    position = child.end;
    misplaced(child, found);
  }
  return found;
}

/** What holds for every tree, whatever its text is. */
export function expectSound(tree: SyntaxTree<SyntaxNode>): void {
  const { text } = tree;
  expect(printTree(tree)).toBe(text);
  expect(misplaced(tree.root)).toEqual([]);
  expect(
    misplaced({ kind: 'comments', start: 0, end: text.length, comments: tree.comments } as SyntaxNode),
  ).toEqual([]);
  const places = tree.problems.map(({ start }) => start);
  expect(places).toEqual(places.toSorted((a, b) => a - b));
  for (const { start, end } of tree.problems)
    expect([0 <= start, start <= end, end <= text.length]).toEqual([true, true, true]);
}
