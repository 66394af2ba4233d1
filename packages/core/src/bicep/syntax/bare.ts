import { tokenize } from './lexer.ts';
import * as token from './token.ts';

const { leftBrace, leftSquare, leftParen, rightBrace, rightSquare, rightParen, comma, newline } = token;

const openers = token.tokenSet(leftBrace, leftSquare, leftParen);
const closers = token.tokenSet(rightBrace, rightSquare, rightParen);

/** What goes on over a line break: no element of a list begins or ends with it. */
const joints = token.tokenSet(
  token.dot,
  token.question,
  token.doubleQuestion,
  token.colon,
  token.doubleColon,
  token.arrow,
  token.plus,
  token.percent,
  token.asterisk,
  token.slash,
  token.less,
  token.lessOrEqual,
  token.greater,
  token.greaterOrEqual,
  token.equal,
  token.notEqual,
  token.equalInsensitive,
  token.notEqualInsensitive,
  token.logicalAnd,
  token.logicalOr,
);

/**
 * An expression, of a source or a template, without its layout: the same text for what differs in white space, line breaks
 * and comments alone.
 */
export function bareExpression(text: string): string {
  const { kinds, starts, ends, count } = tokenize(text);
  const open: number[] = [];
  const parts: string[] = [];
  let last = leftParen;
  let isSeparated = false;
  for (let index = 0; index < count; index++) {
    const kind = kinds[index]!;
    if (kind === comma || kind === newline) {
      // Within parentheses a line break is nothing.
      const isList = open.at(-1) === leftBrace || open.at(-1) === leftSquare;
      isSeparated ||= kind === comma || (isList && joints[last] !== 1);
      continue;
    }
    if (isSeparated && openers[last] !== 1 && closers[kind] !== 1 && joints[kind] !== 1) parts.push(',');
    if (openers[kind] === 1) open.push(kind);
    else if (closers[kind] === 1) open.pop();
    parts.push(text.slice(starts[index], ends[index]));
    last = kind;
    isSeparated = false;
  }
  // No token has a line break, but for strings with three quotes.
  return parts.join('\n').trimEnd();
}
