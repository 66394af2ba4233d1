import type { Comment, SyntaxNode, SyntaxProblem, SyntaxTree } from '../../syntax/index.ts';

/** Where in the outer text something starts or ends that does so there in the inner one. */
export type PlaceOf = (offset: number, edge: 'start' | 'end') => number;

/** A tree of a text that stands inside of another, with the places that its parts have there. */
export function embedded<Root extends SyntaxNode>(
  { root, comments, problems }: SyntaxTree<Root>,
  placeOf: PlaceOf,
): { root: Root; comments: readonly Comment[]; problems: readonly SyntaxProblem[] } {
  return moved({ root, comments, problems }, placeOf);
}

function moved<T>(value: T, placeOf: PlaceOf): T {
  if (Array.isArray(value)) return value.map((each: unknown) => moved(each, placeOf)) as T;
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([name, inner]: [string, unknown]) => {
    const isPlace = (name === 'start' || name === 'end') && typeof inner === 'number';
    return [name, isPlace ? placeOf(inner, name) : moved(inner, placeOf)];
  });
  return Object.fromEntries(entries) as T;
}
