import { childrenOf, printTree } from './print.ts';
import type { SourceRange, SyntaxNode, SyntaxTree } from './source.ts';

/**
 * For tests: which of the promises a tree breaks that hold for every text. It prints back, its nodes lie in their parents in
 * order, and so do comments and problems in the text.
 */
export function brokenPromises(tree: SyntaxTree<SyntaxNode>): string[] {
  const { text, root, comments, problems } = tree;
  const broken: string[] = [];
  if (printTree(tree) !== text) broken.push('the tree is printed as another text');
  const whole: SourceRange = { start: 0, end: text.length };
  broken.push(...misplaced([root], whole), ...misplaced(comments, whole), ...misplacedBelow(root));
  let last = 0;
  for (const problem of problems) {
    if (problem.start < last || problem.end < problem.start || problem.end > text.length)
      broken.push(`a problem at ${problem.start} to ${problem.end} behind one at ${last}`);
    last = problem.start;
  }
  return broken;
}

function misplacedBelow(node: SyntaxNode): string[] {
  const children = childrenOf(node);
  return [...misplaced(children, node), ...children.flatMap(misplacedBelow)];
}

/** Those that do not lie in that range, or overlap. */
function misplaced(nodes: readonly SyntaxNode[], outer: SourceRange): string[] {
  const found: string[] = [];
  let position = outer.start;
  for (const { kind, start, end } of nodes) {
    if (start < position || end < start || end > outer.end)
      found.push(`${kind} from ${start} to ${end} is misplaced`);
    position = end;
  }
  return found;
}
