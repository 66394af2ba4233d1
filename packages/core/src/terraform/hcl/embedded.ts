import type { Comment, SyntaxNode, SyntaxProblem, SyntaxTree } from '../../syntax/index.ts';

/** A tree of a text that stands inside of another, with the places that its parts have there. */
export function embedded<Root extends SyntaxNode>(
  { root, comments, problems }: SyntaxTree<Root>,
  placeOf: (offset: number) => number,
): { root: Root; comments: readonly Comment[]; problems: readonly SyntaxProblem[] } {
  return moved({ root, comments, problems }, placeOf);
}

function moved<T>(value: T, placeOf: (offset: number) => number): T {
  if (Array.isArray(value)) return value.map((each: unknown) => moved(each, placeOf)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]: [string, unknown]) => [
    name,
    (name === 'start' || name === 'end') && typeof inner === 'number'
      ? placeOf(inner)
      : moved(inner, placeOf),
  ]);
  return Object.fromEntries(entries) as T;
}
