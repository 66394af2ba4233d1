import { limits } from '../../limit/index.ts';
import type { SyntaxProblem } from '../../syntax/index.ts';
import type { Identifier, Missing } from './node.ts';
import { addProblem, type Scanner } from './scanner.ts';
import * as token from './token.ts';

const maxDepth = limits.syntaxDepth.value;

/**
 * Where a parser is in its tokens. After a problem the kind of the current token reads as `stopped`: nothing fits any more,
 * every function ends without another problem, and the first one that knows where to go on calls `recover`.
 */
export interface Parser {
  readonly text: string;
  readonly kinds: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Index of the current token. */
  at: number;
  /** Its kind. */
  kind: number;
  /** Where the token before it ends. */
  lastEnd: number;
  /** Levels that the current token is below its statement. */
  depth: number;
  /** Levels of the deepest node since it was set. */
  deepest: number;
  readonly problems: SyntaxProblem[];
  lastProblem: number;
}

export function parserOf({ text, kinds, starts, ends }: Scanner): Parser {
  return {
    text,
    kinds,
    starts,
    ends,
    at: 0,
    kind: kinds[0]!,
    lastEnd: starts[0]!,
    depth: 0,
    deepest: 0,
    problems: [],
    lastProblem: -1,
  };
}

/** Where the current token begins. */
export function startOf(parser: Parser): number {
  return parser.starts[parser.at]!;
}

export function advance(parser: Parser): void {
  parser.lastEnd = parser.ends[parser.at]!;
  parser.kind = parser.kinds[++parser.at]!;
}

/** Goes on if the current token is of a kind. */
export function accept(parser: Parser, kind: number): boolean {
  if (parser.kind !== kind) return false;
  advance(parser);
  return true;
}

/** `what` completes "Expected …". */
export function expect(parser: Parser, kind: number, what: string): boolean {
  if (accept(parser, kind)) return true;
  fail(parser, `Expected ${what}.`);
  return false;
}

/** A line break belongs to no node, so that none ends with it. */
export function skipNewline(parser: Parser): boolean {
  if (parser.kind !== token.newline) return false;
  parser.kind = parser.kinds[++parser.at]!;
  return true;
}

/** Whether the current token is of a kind, or the one behind a line break is. */
export function isNext(parser: Parser, kind: number): boolean {
  return parser.kind === kind || (parser.kind === token.newline && parser.kinds[parser.at + 1] === kind);
}

/** Whether the current token is a word; Bicep reserves only `true`, `false` and `null`. */
export function isWord(parser: Parser, word: string): boolean {
  return parser.kind === token.identifier && isWordAt(parser, parser.at, word);
}

export function isWordAt({ text, kinds, starts, ends }: Parser, at: number, word: string): boolean {
  const start = starts[at]!;
  return kinds[at] === token.identifier && ends[at]! - start === word.length && text.startsWith(word, start);
}

export function expectWord(parser: Parser, word: string): boolean {
  if (!isWord(parser, word)) {
    fail(parser, `Expected "${word}".`);
    return false;
  }
  advance(parser);
  return true;
}

/** Reports a problem at the current token and stops the parser there. */
export function fail(parser: Parser, message: string): void {
  const start = startOf(parser);
  failAt(parser, start, parser.kind === token.newline ? start : parser.ends[parser.at]!, message);
}

/** Reports a problem somewhere before the current token, and stops the parser. */
export function failAt(parser: Parser, start: number, end: number, message: string): void {
  if (parser.kind === token.stopped) return;
  problem(parser, start, end, message);
  parser.kind = token.stopped;
}

/** Reports a problem, one for each place, and goes on. */
export function problem(parser: Parser, start: number, end: number, message: string): void {
  if (start === parser.lastProblem) return;
  parser.lastProblem = start;
  addProblem(parser.problems, start, end, message);
}

/** Goes on after a problem, at the next token of a set or the end of the file. @returns whether there was a problem */
export function recover(parser: Parser, set: token.TokenSet): boolean {
  if (parser.kind !== token.stopped) return false;
  parser.kind = parser.kinds[parser.at]!;
  skipTo(parser, set);
  return true;
}

function skipTo(parser: Parser, set: token.TokenSet): void {
  while (parser.kind !== token.endOfFile && set[parser.kind] === 0) {
    if (!skipNewline(parser)) advance(parser);
  }
}

/** Goes one level down, and fails when there are too many; `depth--` goes up again. */
export function descend(parser: Parser): boolean {
  if (parser.depth >= maxDepth) return failDepth(parser);
  parser.depth++;
  if (parser.depth > parser.deepest) parser.deepest = parser.depth;
  return true;
}

/** Puts what was parsed since `deepest` was set one level further down, below a node that begins with it. */
export function wrap(parser: Parser): boolean {
  if (parser.deepest >= maxDepth) return failDepth(parser);
  parser.deepest++;
  return true;
}

function failDepth(parser: Parser): false {
  fail(parser, `The code is nested more than ${maxDepth} levels deep.`);
  return false;
}

export function missing(parser: Parser): Missing {
  return { kind: 'missing', start: parser.lastEnd, end: parser.lastEnd };
}

/** @param what completes "Expected …" */
export function parseIdentifier(parser: Parser, what: string): Identifier {
  if (parser.kind === token.identifier) return takeIdentifier(parser);
  fail(parser, `Expected ${what}.`);
  return { kind: 'identifier', start: parser.lastEnd, end: parser.lastEnd, name: '' };
}

export function takeIdentifier(parser: Parser): Identifier {
  const start = startOf(parser);
  advance(parser);
  return { kind: 'identifier', start, end: parser.lastEnd, name: parser.text.slice(start, parser.lastEnd) };
}
