import { limits } from '../../limit/index.ts';
import type { Comment, SyntaxProblem } from '../../syntax/index.ts';
import {
  carriageReturn,
  dot,
  endOfText,
  hash,
  identifierEnd,
  lineFeed,
  slash,
  space,
  star,
  tab,
} from './character.ts';
import type { Expression, Identifier, Missing } from './node.ts';

const maxDepth = limits.syntaxDepth.value;
const maxProblems = limits.syntaxProblems.value;

/** Where the parser is in a text, and what it has found so far. */
export interface Scanner {
  readonly text: string;
  at: number;
  /** Whether a line break ends something here, or is white space as between brackets. */
  newlines: boolean;
  /** How many expressions, directives and blocks are open. */
  depth: number;
  /** How deep the tree has become below the innermost of them: chains of operators grow to the left. */
  deepest: number;
  /** Whether the item that is parsed cannot be understood any more. Then everything returns to the body. */
  broken: boolean;
  /** Whether looking for the end of a broken item has gone through to the end of the text once. */
  exhausted: boolean;
  readonly comments: Comment[];
  readonly problems: SyntaxProblem[];
  /** Parses an expression. What is inside of expressions finds it here, or files would import each other in a circle. */
  readonly expression: (scanner: Scanner) => Expression;
}

export function scannerOf(text: string, expression: Scanner['expression']): Scanner {
  return {
    text,
    at: 0,
    newlines: true,
    depth: 0,
    deepest: 0,
    broken: false,
    exhausted: false,
    comments: [],
    problems: [],
    expression,
  };
}

/** Goes over white space and comments; gives the character behind them, `lineFeed` also for CRLF. */
export function peek(scanner: Scanner): number {
  const { text } = scanner;
  let { at } = scanner;
  let code = endOfText;
  for (; at < text.length; code = endOfText) {
    code = text.charCodeAt(at);
    if (code === space || code === tab) at++;
    else if (code === lineFeed) {
      if (scanner.newlines) break;
      at++;
    } else if (code === carriageReturn) {
      if (text.charCodeAt(at + 1) !== lineFeed) break;
      if (scanner.newlines) {
        code = lineFeed;
        break;
      }
      at += 2;
    } else if (code === hash || code === slash) {
      const end = commentEnd(text, at);
      if (end < 0) break;
      const isBlock = code === slash && text.charCodeAt(at + 1) === star;
      if (isBlock && !isClosed(text, at, end))
        fail(scanner, at, at + 2, 'this comment never ends: "*/" is missing');
      scanner.comments.push({ kind: isBlock ? 'block' : 'line', start: at, end });
      at = end;
    } else break;
  }
  scanner.at = at;
  return code;
}

/** Where the comment ends that starts here: before its line break, or behind its closing mark. -1 when none starts. */
export function commentEnd(text: string, start: number): number {
  if (text.charCodeAt(start) === slash) {
    const second = text.charCodeAt(start + 1);
    if (second === star) {
      const close = text.indexOf('*/', start + 2);
      return close < 0 ? text.length : close + 2;
    }
    if (second !== slash) return -1;
  }
  const end = text.indexOf('\n', start);
  if (end < 0) return text.length;
  return text.charCodeAt(end - 1) === carriageReturn ? end - 1 : end;
}

function isClosed(text: string, start: number, end: number): boolean {
  return end >= start + 4 && text.endsWith('*/', end);
}

/** Takes the line break that `peek` saw. */
export function takeNewline(scanner: Scanner): void {
  scanner.at += scanner.text.charCodeAt(scanner.at) === carriageReturn ? 2 : 1;
}

/** The identifier that starts here; undefined when none does. */
export function takeIdentifier(scanner: Scanner): Identifier | undefined {
  const start = scanner.at;
  const end = identifierEnd(scanner.text, start);
  if (end === start) return undefined;
  scanner.at = end;
  return { kind: 'identifier', start, end, name: scanner.text.slice(start, end) };
}

/** Takes a keyword if it stands here. */
export function takeKeyword(scanner: Scanner, keyword: string): boolean {
  const end = scanner.at + keyword.length;
  if (!scanner.text.startsWith(keyword, scanner.at) || identifierEnd(scanner.text, scanner.at) !== end)
    return false;
  scanner.at = end;
  return true;
}

/** Notes a problem behind which parsing goes on. */
export function complain(scanner: Scanner, start: number, end: number, message: string): void {
  if (scanner.problems.length < maxProblems) scanner.problems.push({ start, end, message });
}

/** Notes a problem that makes the rest of the item unreadable; only the first of an item is one. */
export function fail(scanner: Scanner, start: number, end: number, message: string): void {
  if (scanner.broken) return;
  complain(scanner, start, end, message);
  scanner.broken = true;
}

/** Notes that something else should be where `peek` has led. */
export function failHere(scanner: Scanner, expected: string): void {
  const { text, at } = scanner;
  if (at >= text.length) fail(scanner, at, at, `${expected}, but the text ends here`);
  else if (text.charCodeAt(at) === lineFeed || text.charCodeAt(at) === carriageReturn)
    fail(scanner, at, at, `${expected}, but the line ends here`);
  else {
    const end = Math.max(identifierEnd(text, at), at + String.fromCodePoint(text.codePointAt(at)!).length);
    fail(scanner, at, end, `${expected}, not ${JSON.stringify(text.slice(at, Math.min(end, at + 40)))}`);
  }
}

export function missing({ at }: Scanner): Missing {
  return { kind: 'missing', start: at, end: at };
}

/** Goes one level deeper, to be followed by `leave`; false when that is too deep, which is noted. */
export function enter(scanner: Scanner): boolean {
  scanner.depth++;
  return reach(scanner, scanner.depth);
}

export function leave(scanner: Scanner): void {
  scanner.depth--;
}

/** Notes how deep the tree is; false when that is too deep. */
export function reach(scanner: Scanner, depth: number): boolean {
  if (depth > scanner.deepest) scanner.deepest = depth;
  if (depth <= maxDepth) return true;
  fail(scanner, scanner.at, scanner.at, `nested more than ${maxDepth} levels deep`);
  return false;
}

/** Takes the mark that closes what was opened at `open`; if something else is here, that is noted. */
export function takeClose(scanner: Scanner, open: number, close: number): void {
  if (scanner.broken) return;
  if (peek(scanner) === close) {
    scanner.at++;
    return;
  }
  const mark = String.fromCharCode(close);
  if (scanner.at < scanner.text.length) failHere(scanner, `expected "${mark}"`);
  else fail(scanner, open, open + 1, `this is never closed: "${mark}" is missing`);
}

/** Takes `...` if it is here. */
export function takeEllipsis(scanner: Scanner): boolean {
  if (peek(scanner) !== dot || !scanner.text.startsWith('...', scanner.at)) return false;
  scanner.at += 3;
  return true;
}
