import type { Expression, StringLiteral } from './node.ts';
import { advance, fail, type Parser, recover, startOf } from './parser.ts';
import { escaped, escapeLength } from './scan-string.ts';
import * as token from './token.ts';

const [lineFeed, carriageReturn, dollar, quote, u] = [0x0a, 0x0d, 0x24, 0x27, 0x75];
const none: readonly never[] = [];
const holeEnds = token.tokenSet(token.stringMiddle, token.stringRight, token.newline);

export function isString({ kind }: Parser): boolean {
  return kind === token.stringWhole || kind === token.stringLeft;
}

/** A string, at the current token, with the expressions in its holes. */
export function parseString(parser: Parser, parseHole: (parser: Parser) => Expression): StringLiteral {
  const start = startOf(parser);
  const { multiline, dollars } = quotesOf(parser, start);
  const prefix = multiline ? dollars + 3 : 1;
  const suffix = multiline ? 3 : 1;
  if (parser.kind === token.stringWhole) {
    advance(parser);
    const segments = [segmentOf(parser, start + prefix, parser.lastEnd - suffix, multiline, true)];
    return { kind: 'string', start, end: parser.lastEnd, multiline, segments, expressions: none };
  }
  const open = multiline ? dollars + 1 : 2;
  const segments = [segmentOf(parser, start + prefix, parser.ends[parser.at]! - open, multiline, true)];
  const expressions: Expression[] = [];
  for (let isLast = false; !isLast;) {
    advance(parser);
    expressions.push(parseHoleOf(parser, parseHole));
    isLast = parser.kind !== token.stringMiddle;
    if (isLast && parser.kind !== token.stringRight) {
      fail(parser, 'The string has no end. Expected "}" and a quote.');
      segments.push('');
      break;
    }
    const end = parser.ends[parser.at]! - (isLast ? suffix : open);
    segments.push(segmentOf(parser, startOf(parser) + 1, end, multiline, false));
  }
  if (parser.kind === token.stringRight) advance(parser);
  return { kind: 'string', start, end: parser.lastEnd, multiline, segments, expressions };
}

function quotesOf({ text, at, ends }: Parser, start: number): { multiline: boolean; dollars: number } {
  let dollars = 0;
  while (text.charCodeAt(start + dollars) === dollar) dollars++;
  const multiline = dollars > 0 || (ends[at]! - start > 2 && text.charCodeAt(start + 1) === quote);
  return { multiline, dollars };
}

function parseHoleOf(parser: Parser, parseHole: (parser: Parser) => Expression): Expression {
  const expression = parseHole(parser);
  if (holeEnds[parser.kind] === 0) fail(parser, 'Expected "}".');
  recover(parser, holeEnds);
  return expression;
}

function segmentOf(parser: Parser, from: number, end: number, multiline: boolean, isFirst: boolean): string {
  const { text } = parser;
  if (!multiline) return unescape(text.slice(from, end));
  let start = from;
  if (isFirst) {
    if (text.charCodeAt(start) === carriageReturn) start++;
    if (text.charCodeAt(start) === lineFeed) start++;
  }
  return text.slice(start, Math.max(start, end));
}

function unescape(text: string): string {
  let at = text.indexOf('\\');
  if (at < 0) return text;
  let result = '';
  let from = 0;
  while (at >= 0) {
    result += text.slice(from, at);
    // The scanner has reported what is no escape; it stays as it is.
    const length = Math.max(escapeLength(text, at), 1);
    result += valueOf(text, at, length);
    from = at + length;
    at = text.indexOf('\\', from);
  }
  return result + text.slice(from);
}

function valueOf(text: string, start: number, length: number): string {
  if (length === 1) return '\\';
  const code = text.charCodeAt(start + 1);
  if (code === u) return String.fromCodePoint(Number.parseInt(text.slice(start + 3, start + length - 1), 16));
  // `\${` is one escape, so that its brace opens no hole.
  return escaped.get(code)! + text.slice(start + 2, start + length);
}
