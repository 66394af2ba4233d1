import {
  type Comment,
  childrenOf,
  printTree,
  type SourceRange,
  type SyntaxNode,
} from '../../syntax/index.ts';
import type { BicepTree } from './node.ts';

/** What is wrong with the shape of a tree; nothing in a sound one, whatever its text. */
export function flawsOf(tree: BicepTree): string[] {
  const { text, root, comments, problems } = tree;
  const flaws = [...nestingFlaws(root), ...orderFlaws('comment', comments)];
  if (printTree(tree) !== text) flaws.push('prints differently');
  if (root.start !== 0 || root.end !== text.length) flaws.push('does not cover its text');
  for (const [index, problem] of problems.entries()) {
    if (!lies(problem, root)) flaws.push(`problem outside at ${problem.start}`);
    if (index > 0 && problem.start < problems[index - 1]!.start)
      flaws.push(`problem late at ${problem.start}`);
  }
  return [
    ...flaws,
    ...comments.filter((each) => !looksLikeComment(text, each)).map(({ start }) => `no comment at ${start}`),
  ];
}

function nestingFlaws(parent: SyntaxNode): string[] {
  const children = childrenOf(parent);
  const outside = children.filter((child) => !lies(child, parent));
  return [
    ...outside.map((child) => `${child.kind} at ${child.start} outside of ${parent.kind}`),
    ...orderFlaws(parent.kind, children),
    ...children.flatMap(nestingFlaws),
  ];
}

function orderFlaws(what: string, ranges: readonly SourceRange[]): string[] {
  return ranges
    .filter((range, index) => index > 0 && ranges[index - 1]!.end > range.start)
    .map(({ start }) => `overlap in ${what} at ${start}`);
}

function lies({ start, end }: SourceRange, within: SourceRange): boolean {
  return within.start <= start && start <= end && end <= within.end;
}

function looksLikeComment(text: string, { kind, start }: Comment): boolean {
  return kind === 'block' ? text.startsWith('/*', start) : /^(\/\/|#)/.test(text.slice(start, start + 2));
}
