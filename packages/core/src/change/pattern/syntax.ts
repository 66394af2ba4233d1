import type { CodePoints } from './code-points.ts';

/** What a pattern says. How greedy it is and what it captures is no matter of whether it matches. */
export type Syntax =
  | { readonly kind: 'one'; readonly of: CodePoints }
  /** `^` and `$` */
  | { readonly kind: 'start' | 'end' }
  | { readonly kind: 'sequence'; readonly parts: readonly Syntax[] }
  | { readonly kind: 'choice'; readonly options: readonly Syntax[] }
  /** `most` is Infinity when there is no bound. */
  | { readonly kind: 'repeat'; readonly of: Syntax; readonly least: number; readonly most: number };

/** How often a repetition is written out: without a bound, once more as a loop. */
export function copiesOf({ least, most }: { readonly least: number; readonly most: number }): number {
  return most === Infinity ? least + 1 : most;
}

/** About how many states its automaton has. */
export function sizeOf(syntax: Syntax): number {
  switch (syntax.kind) {
    case 'sequence':
      return syntax.parts.reduce((sum, part) => sum + sizeOf(part), 0);
    case 'choice':
      return syntax.options.reduce((sum, option) => sum + sizeOf(option), 1);
    case 'repeat':
      return copiesOf(syntax) * (sizeOf(syntax.of) + 1);
    default:
      return 1;
  }
}

/** How often counted repetitions in each other repeat something, at most. */
export function repetitionsOf(syntax: Syntax): number {
  switch (syntax.kind) {
    case 'sequence':
      return Math.max(1, ...syntax.parts.map(repetitionsOf));
    case 'choice':
      return Math.max(1, ...syntax.options.map(repetitionsOf));
    case 'repeat':
      return Math.max(1, syntax.most === Infinity ? syntax.least : syntax.most) * repetitionsOf(syntax.of);
    default:
      return 1;
  }
}
