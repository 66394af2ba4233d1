import { isLineBreak } from './scan-trivia.ts';
import { addProblem, type Scanner } from './scanner.ts';
import * as token from './token.ts';

const [dollar, quote, backslash, u, openBrace, closeBrace] = [0x24, 0x27, 0x5c, 0x75, 0x7b, 0x7d];
const maxCodePoint = 0x10_ffff;

/** Goes on behind the next part of a string with one quote, from behind its quote or the brace of a hole. */
export function scanString(scanner: Scanner, start: number, isFirst: boolean): number {
  const { text } = scanner;
  for (;;) {
    if (scanner.at >= text.length || isLineBreak(text.charCodeAt(scanner.at))) {
      addProblem(scanner.problems, start, scanner.at, 'The string has no end on its line. Expected a quote.');
      return isFirst ? token.stringWhole : token.stringRight;
    }
    const code = text.charCodeAt(scanner.at);
    if (code === backslash) skipEscape(scanner);
    else scanner.at++;
    if (code === quote) return isFirst ? token.stringWhole : token.stringRight;
    if (code === dollar && text.charCodeAt(scanner.at) === openBrace) {
      scanner.at++;
      return isFirst ? token.stringLeft : token.stringMiddle;
    }
  }
}

function skipEscape(scanner: Scanner): void {
  const { text, at: start } = scanner;
  const length = escapeLength(text, start);
  if (length > 0) {
    scanner.at = start + length;
    return;
  }
  // What a backslash stands before is part of the string, also a quote, but no line break.
  const next = start + 1;
  scanner.at = next < text.length && !isLineBreak(text.charCodeAt(next)) ? start + 2 : next;
  addProblem(
    scanner.problems,
    start,
    scanner.at,
    "The escape is unknown. Expected one of \\n, \\r, \\t, \\\\, \\', \\$, \\u{…}.",
  );
}

/** How long the escape is that begins at a backslash; 0 when it is none. */
export function escapeLength(text: string, start: number): number {
  const code = text.charCodeAt(start + 1);
  if (code !== u) {
    if (code === dollar) return text.charCodeAt(start + 2) === openBrace ? 3 : 2;
    return escaped.has(code) ? 2 : 0;
  }
  if (text.charCodeAt(start + 2) !== openBrace) return 0;
  let value = 0;
  let at = start + 3;
  for (; ; at++) {
    const digit = hexDigit(text.charCodeAt(at));
    if (digit < 0) break;
    value = Math.min(value * 16 + digit, maxCodePoint + 1);
  }
  const isCodePoint = at > start + 3 && text.charCodeAt(at) === closeBrace && value <= maxCodePoint;
  return isCodePoint ? at + 1 - start : 0;
}

/** What a backslash and one character stand for. */
export const escaped: ReadonlyMap<number, string> = new Map([
  [0x6e, '\n'],
  [0x72, '\r'],
  [0x74, '\t'],
  [backslash, '\\'],
  [quote, "'"],
  [dollar, '$'],
]);

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code >= 0x61 && code <= 0x66) return code - 0x57;
  if (code >= 0x41 && code <= 0x46) return code - 0x37;
  return -1;
}

/** The same for a string with three quotes, whose holes open with so many dollars; with 0 it has none. */
export function scanMultilineString(
  scanner: Scanner,
  start: number,
  isFirst: boolean,
  dollars: number,
): number {
  const { text } = scanner;
  while (scanner.at < text.length) {
    const code = text.charCodeAt(scanner.at);
    if (code === quote) {
      if (skipRun(scanner, quote) >= 3) return isFirst ? token.stringWhole : token.stringRight;
    } else if (code === dollar && dollars > 0) {
      if (skipRun(scanner, dollar) >= dollars && text.charCodeAt(scanner.at) === openBrace) {
        scanner.at++;
        return isFirst ? token.stringLeft : token.stringMiddle;
      }
    } else scanner.at++;
  }
  addProblem(scanner.problems, start, scanner.at, 'The string has no end. Expected three quotes.');
  return isFirst ? token.stringWhole : token.stringRight;
}

/** Goes on behind a run of one character and counts it. */
export function skipRun(scanner: Scanner, code: number): number {
  const start = scanner.at;
  while (scanner.text.charCodeAt(scanner.at) === code) scanner.at++;
  return scanner.at - start;
}
