import type { CodePoints } from './code-points.ts';
import { copiesOf, repetitionsOf, sizeOf, type Syntax } from './syntax.ts';

/** Others are named by their number. */
export type State =
  | { readonly kind: 'read'; readonly one: CodePoints; readonly next: number }
  | { readonly kind: 'fork'; readonly to: readonly number[] }
  | { readonly kind: 'start' | 'end'; readonly next: number }
  | { readonly kind: 'match' };

/** A machine that reads a text and is in several states at once. */
export interface Automaton {
  readonly states: readonly State[];
  readonly first: number;
}

const maxStates = 5_000;
/** RE2 takes no more, and what it does not take it does not match. */
const maxRepetitions = 1_000;

export function automatonOf(syntax: Syntax): Automaton | undefined {
  if (repetitionsOf(syntax) > maxRepetitions || sizeOf(syntax) > maxStates) return undefined;
  const states: State[] = [{ kind: 'match' }];
  const first = build(syntax, 0, states);
  return { states, first };
}

/** Adds what reads this and goes on with `next`; gives where it begins. */
function build(syntax: Syntax, next: number, states: State[]): number {
  switch (syntax.kind) {
    case 'one':
      return add(states, { kind: 'read', one: syntax.of, next });
    case 'start':
    case 'end':
      return add(states, { kind: syntax.kind, next });
    case 'sequence':
      return syntax.parts.reduceRight((then, part) => build(part, then, states), next);
    case 'choice':
      return add(states, { kind: 'fork', to: syntax.options.map((option) => build(option, next, states)) });
    case 'repeat':
      return buildRepeat(syntax, next, states);
  }
}

function add(states: State[], state: State): number {
  return states.push(state) - 1;
}

function buildRepeat(syntax: Extract<Syntax, { kind: 'repeat' }>, next: number, states: State[]): number {
  const { of, least, most } = syntax;
  let entry = next;
  if (most === Infinity) {
    const to = [next];
    entry = add(states, { kind: 'fork', to });
    to.push(build(of, entry, states));
  } else {
    for (let copies = copiesOf(syntax); copies > least; copies--)
      entry = add(states, { kind: 'fork', to: [build(of, entry, states), next] });
  }
  for (let copies = 0; copies < least; copies++) entry = build(of, entry, states);
  return entry;
}
