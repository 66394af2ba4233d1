import type { Alphabet } from './alphabet.ts';
import type { Automaton, State } from './automaton.ts';

/** What may still be spent: one for each state that is looked at. */
export interface Budget {
  left: number;
}

/** Where an automaton is after a text: in all states that the text leads to. */
export interface Position {
  readonly reading: readonly number[];
  /** Whether it takes a text that ends here. */
  readonly takesEnd: boolean;
  /** Whether something matches already, whatever follows. */
  readonly isSettled: boolean;
  /** Where each symbol leads, as far as that was asked. */
  readonly steps: Position[];
}

/** An automaton as it is walked: a search, which may begin at each character. */
export interface Walk {
  readonly first: Position;
  readonly step: (from: Position, symbol: number) => Position;
}

export function walkOf(automaton: Automaton, { symbolsOf }: Alphabet, budget: Budget): Walk {
  const { states, first } = automaton;
  const known = new Map<string, Position>();
  const positionOf = (seeds: readonly number[], isStart: boolean) => {
    const made = reach(automaton, seeds, isStart, budget);
    return remembered(known, `${made.takesEnd}${made.isSettled}${made.reading.join()}`, () => ({
      ...made,
      steps: [],
    }));
  };
  const reads = states.map((state) =>
    state.kind === 'read' ? { next: state.next, symbols: symbolsOf.get(state.one)! } : undefined,
  );
  const bySeeds = new Map<string, Position>();
  const follow = ({ reading }: Position, symbol: number) => {
    budget.left -= reading.length;
    const seeds = reading.flatMap((number) => {
      const read = reads[number];
      return read?.symbols.has(symbol) ? [read.next] : [];
    });
    return remembered(bySeeds, seeds.join(), () => positionOf([...seeds, first], false));
  };
  return {
    first: positionOf([first], true),
    step: (from, symbol) => (from.steps[symbol] ??= from.isSettled ? from : follow(from, symbol)),
  };
}

function remembered(known: Map<string, Position>, key: string, make: () => Position): Position {
  const position = known.get(key) ?? make();
  known.set(key, position);
  return position;
}

function reach(
  { states }: Automaton,
  seeds: readonly number[],
  isStart: boolean,
  budget: Budget,
): Omit<Position, 'steps'> {
  const here = closure(states, seeds, isStart, false, budget);
  if (here.matches) return { reading: [], takesEnd: true, isSettled: true };
  const takesEnd = here.ends.length > 0 && closure(states, here.ends, isStart, true, budget).matches;
  return { reading: here.reading.sort((a, b) => a - b), takesEnd, isSettled: false };
}

/** All states that are reached without reading. */
function closure(
  states: readonly State[],
  seeds: readonly number[],
  isStart: boolean,
  isEnd: boolean,
  budget: Budget,
) {
  const found = { reading: [] as number[], ends: [] as number[], matches: false };
  const seen = new Set<number>();
  const pending = [...seeds];
  for (let number = pending.pop(); number !== undefined; number = pending.pop()) {
    budget.left--;
    if (seen.has(number)) continue;
    seen.add(number);
    const state = states[number]!;
    if (state.kind === 'read') found.reading.push(number);
    else if (state.kind === 'match') found.matches = true;
    else if (state.kind === 'fork') pending.push(...state.to);
    else if (state.kind === 'end' && !isEnd) found.ends.push(number);
    else if (state.kind === 'end' || isStart) pending.push(state.next);
  }
  return found;
}
