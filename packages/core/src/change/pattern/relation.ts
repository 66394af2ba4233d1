import { alphabetOf } from './alphabet.ts';
import { type Automaton, automatonOf } from './automaton.ts';
import type { Dialect } from './named-class.ts';
import { parsePattern } from './parse.ts';
import { type Budget, type Position, type Walk, walkOf } from './walk.ts';

/** What matches the later of two patterns beside the earlier; `other` when each matches what the other one does not. */
export type PatternRelation = 'same' | 'wider' | 'narrower' | 'other' | 'unknown';

/** Real patterns need some thousands; the longest, with names of resources in them, some ten thousands. */
const maxVisits = 100_000;

/** Decides whether all texts that one pattern is found in have the other one, too, within bounds on time and memory. */
export function patternRelation(
  before: string,
  after: string,
  dialect: Dialect,
  all: Budget = { left: maxVisits },
): PatternRelation {
  if (before === after) return 'same';
  // What is read is spent, too.
  all.left -= before.length + after.length;
  if (all.left < 0) return 'unknown';
  const [old, now] = [before, after].map((text) => {
    const syntax = parsePattern(text, dialect);
    return syntax && automatonOf(syntax);
  });
  if (old === undefined || now === undefined) return 'unknown';
  const budget = { left: Math.min(maxVisits, all.left) };
  all.left -= budget.left;
  const relation = compared(old, now, budget);
  all.left += budget.left;
  return relation;
}

function compared(before: Automaton, after: Automaton, budget: Budget): PatternRelation {
  const states = [...before.states, ...after.states];
  const classes = new Set(states.flatMap((state) => (state.kind === 'read' ? [state.one] : [])));
  const alphabet = alphabetOf(classes);
  budget.left -= states.length + classes.size * alphabet.size;
  const [old, now] = [before, after].map((each) => walkOf(each, alphabet, budget)) as [Walk, Walk];
  return walkedTogether(old, now, alphabet.size, budget);
}

/** Goes wherever a text leads both of them, and sees whether only one of them takes it. */
function walkedTogether(before: Walk, after: Walk, symbols: number, budget: Budget): PatternRelation {
  const seen = new Map<Position, Set<Position>>([[before.first, new Set([after.first])]]);
  const pending: (readonly [Position, Position])[] = [[before.first, after.first]];
  let [isWider, isNarrower] = [false, false];
  for (const [old, now] of pending) {
    isWider ||= now.takesEnd && !old.takesEnd;
    isNarrower ||= old.takesEnd && !now.takesEnd;
    if (isWider && isNarrower) return 'other';
    for (let symbol = 0; symbol < symbols; symbol++) {
      // Each text is a step, whether it leads to something new or not.
      if (--budget.left < 0) return 'unknown';
      const [was, is] = [before.step(old, symbol), after.step(now, symbol)];
      const known = seen.get(was) ?? new Set();
      if (known.has(is)) continue;
      seen.set(was, known.add(is));
      pending.push([was, is]);
    }
  }
  return isWider ? 'wider' : isNarrower ? 'narrower' : 'same';
}
