import { limits } from '../../limit/index.ts';
import type { Comment, SyntaxProblem } from '../../syntax/index.ts';

const maxProblems = limits.syntaxProblems.value;

/** A text on its way to tokens: what is read, and how far. */
export interface Scanner {
  readonly text: string;
  at: number;
  /** Kinds, starts and ends of the tokens; longer than `count`. */
  kinds: Uint8Array;
  starts: Int32Array;
  ends: Int32Array;
  count: number;
  /**
   * What a closing brace ends, innermost last: the hole of a string with one quote (0), of a string with three quotes that so
   * many dollars open (1 and more), or a brace inside of a hole (-1).
   */
  readonly holes: number[];
  readonly comments: Comment[];
  readonly problems: SyntaxProblem[];
}

export function scannerOf(text: string): Scanner {
  const capacity = (text.length >> 2) + 16;
  return {
    text,
    at: 0,
    kinds: new Uint8Array(capacity),
    starts: new Int32Array(capacity),
    ends: new Int32Array(capacity),
    count: 0,
    holes: [],
    comments: [],
    problems: [],
  };
}

/** Adds the token from `start` to where the scanner is. */
export function addToken(scanner: Scanner, kind: number, start: number): void {
  const { count } = scanner;
  if (count === scanner.kinds.length) grow(scanner);
  scanner.kinds[count] = kind;
  scanner.starts[count] = start;
  scanner.ends[count] = scanner.at;
  scanner.count = count + 1;
}

function grow(scanner: Scanner): void {
  const { kinds, starts, ends } = scanner;
  const capacity = kinds.length * 2;
  scanner.kinds = new Uint8Array(capacity);
  scanner.kinds.set(kinds);
  scanner.starts = new Int32Array(capacity);
  scanner.starts.set(starts);
  scanner.ends = new Int32Array(capacity);
  scanner.ends.set(ends);
}

/** Remembers a problem; so many that nobody reads them are not kept. */
export function addProblem(problems: SyntaxProblem[], start: number, end: number, message: string): void {
  if (problems.length < maxProblems) problems.push({ start, end, message });
}
