import { addProblem, addToken, type Scanner, scannerOf } from './scanner.ts';
import { scanMultilineString, scanString, skipRun } from './scan-string.ts';
import { isLineBreak, skipTrivia } from './scan-trivia.ts';
import * as token from './token.ts';

const [dollar, ampersand, quote, dot, byteOrderMark] = [0x24, 0x26, 0x27, 0x2e, 0xfeff];
const [openBrace, closeBrace, tilde, bar, less, equal, greater] = [0x7b, 0x7d, 0x7e, 0x7c, 0x3c, 0x3d, 0x3e];
const [question, colon, exclamation] = [0x3f, 0x3a, 0x21];

/** Kinds of the characters that are a token by themselves. */
const single = new Uint8Array(128);
for (const [character, kind] of [
  ['(', token.leftParen],
  [')', token.rightParen],
  ['[', token.leftSquare],
  [']', token.rightSquare],
  ['@', token.at],
  [',', token.comma],
  ['+', token.plus],
  ['-', token.minus],
  ['%', token.percent],
  ['*', token.asterisk],
  ['/', token.slash],
  ['^', token.hat],
] as const) {
  single[character.charCodeAt(0)] = kind;
}

/** 1 for what a name can begin with, 2 for digits. */
const wordClass = new Uint8Array(128);
for (let code = 0; code < wordClass.length; code++) {
  const character = String.fromCharCode(code);
  if (/[A-Za-z_]/.test(character)) wordClass[code] = 1;
  else if (/[0-9]/.test(character)) wordClass[code] = 2;
}

/**
 * Splits a text into tokens. The last one is the end of the file; line breaks that follow each other are one. White space
 * and comments are none.
 */
export function tokenize(text: string): Scanner {
  const scanner = scannerOf(text);
  if (text.charCodeAt(0) === byteOrderMark) scanner.at = 1;
  for (;;) {
    skipTrivia(scanner, false);
    if (scanner.at >= text.length) break;
    const start = scanner.at;
    addToken(scanner, scanToken(scanner, start), start);
  }
  addToken(scanner, token.endOfFile, scanner.at);
  return scanner;
}

function scanToken(scanner: Scanner, start: number): number {
  const { text } = scanner;
  const code = text.charCodeAt(start);
  if (code < 128) {
    const word = wordClass[code]!;
    if (word === 1) return scanWord(scanner, start);
    if (word === 2) return scanInteger(scanner);
    if (isLineBreak(code)) return scanLines(scanner, start);
    if (code === quote) return scanQuote(scanner, start);
    const kind = single[code]!;
    scanner.at = start + 1;
    if (kind !== 0) return kind;
    const punctuation = scanPunctuation(scanner, code, start);
    if (punctuation !== token.unrecognized) return punctuation;
  }
  return scanUnrecognized(scanner, start);
}

function scanWord(scanner: Scanner, start: number): number {
  const { text } = scanner;
  let at = start + 1;
  while (isWordCharacter(text.charCodeAt(at))) at++;
  scanner.at = at;
  switch (at - start) {
    case 4:
      if (text.startsWith('true', start)) return token.trueWord;
      return text.startsWith('null', start) ? token.nullWord : token.identifier;
    case 5:
      return text.startsWith('false', start) ? token.falseWord : token.identifier;
    default:
      if (at - start > 255) addProblem(scanner.problems, start, at, 'A name has at most 255 characters.');
      return token.identifier;
  }
}

function isWordCharacter(code: number): boolean {
  return code < 128 && wordClass[code] !== 0;
}

function scanInteger(scanner: Scanner): number {
  let code: number;
  do code = scanner.text.charCodeAt(++scanner.at);
  while (code < 128 && wordClass[code] === 2);
  return token.integer;
}

/** A line break ends a string in whose hole it stands, and all around it. */
function scanLines(scanner: Scanner, start: number): number {
  if (scanner.holes.length > 0) {
    scanner.holes.length = 0;
    addProblem(
      scanner.problems,
      start,
      start,
      'The expression in the string has no end on its line. Expected "}".',
    );
    return token.stringRight;
  }
  skipTrivia(scanner, true);
  return token.newline;
}

function scanQuote(scanner: Scanner, start: number): number {
  if (scanner.text.startsWith("'''", start)) {
    scanner.at = start + 3;
    return scanMultilineString(scanner, start, true, 0);
  }
  scanner.at = start + 1;
  const kind = scanString(scanner, start, true);
  if (kind === token.stringLeft) scanner.holes.push(0);
  return kind;
}

/** Punctuation of one or more characters; the first one is behind the scanner. */
function scanPunctuation(scanner: Scanner, code: number, start: number): number {
  switch (code) {
    case openBrace:
      if (scanner.holes.length > 0) scanner.holes.push(-1);
      return token.leftBrace;
    case closeBrace:
      return scanCloseBrace(scanner, start);
    case dot:
      if (!scanner.text.startsWith('..', start + 1)) return token.dot;
      scanner.at = start + 3;
      return token.ellipsis;
    case question:
      return follows(scanner, question) ? token.doubleQuestion : token.question;
    case colon:
      return follows(scanner, colon) ? token.doubleColon : token.colon;
    case equal:
      if (follows(scanner, equal)) return token.equal;
      if (follows(scanner, tilde)) return token.equalInsensitive;
      return follows(scanner, greater) ? token.arrow : token.assignment;
    case exclamation:
      if (follows(scanner, equal)) return token.notEqual;
      return follows(scanner, tilde) ? token.notEqualInsensitive : token.exclamation;
    case less:
      return follows(scanner, equal) ? token.lessOrEqual : token.less;
    case greater:
      return follows(scanner, equal) ? token.greaterOrEqual : token.greater;
    case ampersand:
      return follows(scanner, ampersand) ? token.logicalAnd : token.unrecognized;
    case bar:
      return follows(scanner, bar) ? token.logicalOr : token.pipe;
    case dollar:
      return scanDollars(scanner, start);
    default:
      return token.unrecognized;
  }
}

function follows(scanner: Scanner, code: number): boolean {
  if (scanner.text.charCodeAt(scanner.at) !== code) return false;
  scanner.at++;
  return true;
}

/** A brace that ends an object, or a hole, behind which its string goes on. */
function scanCloseBrace(scanner: Scanner, start: number): number {
  const { holes } = scanner;
  const hole = holes.at(-1);
  if (hole === undefined) return token.rightBrace;
  if (hole < 0) {
    holes.pop();
    return token.rightBrace;
  }
  const kind =
    hole === 0 ? scanString(scanner, start, false) : scanMultilineString(scanner, start, false, hole);
  if (kind === token.stringRight) holes.pop();
  return kind;
}

function scanDollars(scanner: Scanner, start: number): number {
  const dollars = 1 + skipRun(scanner, dollar);
  if (!scanner.text.startsWith("'''", scanner.at)) return token.unrecognized;
  scanner.at += 3;
  const kind = scanMultilineString(scanner, start, true, dollars);
  if (kind === token.stringLeft) scanner.holes.push(dollars);
  return kind;
}

/** Takes what nothing in Bicep begins with as one token, so that there is one problem. */
function scanUnrecognized(scanner: Scanner, start: number): number {
  const { text } = scanner;
  scanner.at = Math.max(scanner.at, start + 1);
  while (scanner.at < text.length && isUnknown(text.charCodeAt(scanner.at))) scanner.at++;
  const message =
    text.charAt(start) === '"'
      ? "Expected a string in single quotes ('), not in double quotes."
      : 'Nothing in Bicep begins with this character.';
  addProblem(scanner.problems, start, scanner.at, message);
  return token.unrecognized;
}

/** Control characters but those of white space and line breaks, and everything beyond ASCII. */
function isUnknown(code: number): boolean {
  return (
    code >= 127 || (code < 0x20 && code !== 0x09 && !isLineBreak(code)) || code === 0x22 || code === 0x60
  );
}
