import { limits } from '../../limit/index.ts';
import type { SyntaxProblem, SyntaxTree } from '../../syntax/index.ts';
import {
  backslash,
  carriageReturn,
  closeBrace,
  closeBracket,
  colon,
  comma,
  endOfText,
  isDigit,
  lineFeed,
  minus,
  openBrace,
  openBracket,
  quote,
  space,
  tab,
} from './character.ts';
import type { JsonArray, JsonMember, JsonObject, JsonString, JsonValue } from './json-node.ts';
import { notUtf8In } from './utf8.ts';

const maxDepth = limits.syntaxDepth.value;
const maxProblems = limits.syntaxProblems.value;
const maxText = limits.syntaxText.value;

interface JsonScanner {
  readonly text: string;
  at: number;
  depth: number;
  /** Whether the innermost object or array cannot be understood from here on. */
  broken: boolean;
  readonly problems: SyntaxProblem[];
}

/** Parses a file of HCL's JSON syntax, `.tf.json`, as the JSON that it is. It takes any text, and never throws. */
export function parseHclJson(text: string): SyntaxTree<JsonValue> {
  const scanner: JsonScanner = { text, at: 0, depth: 0, broken: false, problems: [] };
  const { problems } = scanner;
  if (text.length > maxText) {
    problems.push({ start: 0, end: 0, message: `longer than ${maxText} characters` });
    return { text, root: { kind: 'missing', start: 0, end: 0 }, comments: [], problems };
  }
  const broken = notUtf8In(text);
  if (broken !== undefined) problems.push(broken);
  const root = parseValue(scanner);
  if (!scanner.broken && peek(scanner) !== endOfText)
    fail(scanner, scanner.at, scanner.at + 1, 'expected nothing behind the value');
  problems.sort((a, b) => a.start - b.start);
  return { text, root, comments: [], problems };
}

function peek(scanner: JsonScanner): number {
  const { text } = scanner;
  for (; scanner.at < text.length; scanner.at++) {
    const code = text.charCodeAt(scanner.at);
    if (code !== space && code !== tab && code !== lineFeed && code !== carriageReturn) return code;
  }
  return endOfText;
}

function fail(scanner: JsonScanner, start: number, end: number, message: string): void {
  if (scanner.broken) return;
  scanner.broken = true;
  if (scanner.problems.length < maxProblems)
    scanner.problems.push({ start, end: Math.min(end, scanner.text.length), message });
}

function failHere(scanner: JsonScanner, expected: string): void {
  const { at, text } = scanner;
  const found = at < text.length ? `, not ${JSON.stringify(text.charAt(at))}` : ', but the text ends here';
  fail(scanner, at, at + 1, expected + found);
}

function parseValue(scanner: JsonScanner): JsonValue {
  const code = peek(scanner);
  const start = scanner.at;
  if (code === quote) return parseString(scanner);
  if (code === openBrace || code === openBracket) return parseNested(scanner, code);
  if (code === minus || isDigit(code)) return parseNumber(scanner);
  if (scanner.text.startsWith('true', start))
    return { kind: 'json-boolean', start, end: (scanner.at += 4), value: true };
  if (scanner.text.startsWith('false', start))
    return { kind: 'json-boolean', start, end: (scanner.at += 5), value: false };
  if (scanner.text.startsWith('null', start)) return { kind: 'json-null', start, end: (scanner.at += 4) };
  failHere(scanner, 'expected a value');
  return { kind: 'missing', start, end: start };
}

function parseNested(scanner: JsonScanner, code: number): JsonValue {
  const start = scanner.at;
  scanner.depth++;
  let value: JsonValue;
  if (scanner.depth > maxDepth) {
    fail(scanner, start, start, `nested more than ${maxDepth} levels deep`);
    value = { kind: 'missing', start, end: start };
  } else value = code === openBrace ? parseObject(scanner) : parseArray(scanner);
  scanner.depth--;
  return value;
}

function parseObject(scanner: JsonScanner): JsonObject {
  const start = scanner.at;
  const members: JsonMember[] = [];
  parseList(scanner, closeBrace, () => {
    const member = parseMember(scanner);
    if (member !== undefined) members.push(member);
  });
  return { kind: 'json-object', start, end: scanner.at, members };
}

function parseArray(scanner: JsonScanner): JsonArray {
  const start = scanner.at;
  const items: JsonValue[] = [];
  parseList(scanner, closeBracket, () => items.push(parseValue(scanner)));
  return { kind: 'json-array', start, end: scanner.at, items };
}

/** What stands between two brackets with commas between. One that has a problem is left out up to the next. */
function parseList(scanner: JsonScanner, close: number, parseOne: () => void): void {
  const open = scanner.at++;
  if (peek(scanner) === close) {
    scanner.at++;
    return;
  }
  for (;;) {
    parseOne();
    const code = peek(scanner);
    if (!scanner.broken && code !== comma && code !== close)
      if (code === endOfText)
        fail(scanner, open, open + 1, `this is never closed: "${String.fromCharCode(close)}" is missing`);
      else failHere(scanner, `expected "," or "${String.fromCharCode(close)}"`);
    if (scanner.broken && !skip(scanner)) return;
    scanner.broken = false;
    if (scanner.text.charCodeAt(scanner.at++) !== comma) return;
  }
}

/** Goes to the next comma or closing bracket of the list that has a problem; false when the text ends before. */
function skip(scanner: JsonScanner): boolean {
  const { text } = scanner;
  let depth = 0;
  for (; scanner.at < text.length; scanner.at++) {
    const code = text.charCodeAt(scanner.at);
    if (code === quote) scanner.at = stringEnd(text, scanner.at) - 1;
    else if (code === openBrace || code === openBracket) depth++;
    else if (code === closeBrace || code === closeBracket) {
      if (depth === 0) return true;
      depth--;
    } else if (code === comma && depth === 0) return true;
  }
  return false;
}

function parseMember(scanner: JsonScanner): JsonMember | undefined {
  if (peek(scanner) !== quote) {
    failHere(scanner, 'expected a name in quotes');
    return undefined;
  }
  const name = parseString(scanner);
  if (!scanner.broken && peek(scanner) === colon) scanner.at++;
  else failHere(scanner, 'expected ":" and a value');
  if (scanner.broken) return undefined;
  const value = parseValue(scanner);
  return { kind: 'json-member', start: name.start, end: value.end, name, value };
}

/** Where a string ends: behind its second quote, or before the end of its line. */
function stringEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) return at + 1;
    if (code === lineFeed) return at;
    if (code === backslash && at + 1 < text.length) at++;
  }
  return text.length;
}

function parseString(scanner: JsonScanner): JsonString {
  const { text, at: start } = scanner;
  const end = stringEnd(text, start);
  scanner.at = end;
  const raw = text.slice(start + 1, end - 1);
  if (end === start + 1 || text.charCodeAt(end - 1) !== quote || isEscapedQuote(text, start, end)) {
    fail(scanner, start, end, "this string is never closed: '\"' is missing");
    return { kind: 'json-string', start, end, value: text.slice(start + 1, end) };
  }
  return { kind: 'json-string', start, end, value: decode(scanner, start + 1, raw) };
}

/** Whether the quote before the end of the text belongs to the string. */
function isEscapedQuote(text: string, start: number, end: number): boolean {
  if (end < text.length) return false;
  let slashes = 0;
  for (let at = end - 2; at > start && text.charCodeAt(at) === backslash; at--) slashes++;
  return slashes % 2 === 1;
}

const simpleEscapes: Readonly<Record<string, string>> = {
  '"': '"',
  '\\': '\\',
  '/': '/',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};

function decode(scanner: JsonScanner, start: number, raw: string): string {
  let value = '';
  let from = 0;
  for (let at = 0; at < raw.length; at++) {
    const code = raw.charCodeAt(at);
    if (code < space) fail(scanner, start + at, start + at + 1, 'a control character has to be escaped');
    if (code !== backslash) continue;
    const length = escapeLength(raw, at);
    if (length === 0)
      fail(scanner, start + at, start + at + 2, `${JSON.stringify(raw.slice(at, at + 2))} is not an escape`);
    value += raw.slice(from, at);
    value +=
      length === 6
        ? String.fromCharCode(Number.parseInt(raw.slice(at + 2, at + 6), 16))
        : (simpleEscapes[raw.charAt(at + 1)] ?? '');
    at += Math.max(length, 2) - 1;
    from = at + 1;
  }
  return from === 0 ? raw : value + raw.slice(from);
}

/** How long the escape is that starts here; 0 when it is none. */
function escapeLength(raw: string, at: number): number {
  const selector = raw.charAt(at + 1);
  if (selector === 'u') return /^[\da-fA-F]{4}$/.test(raw.slice(at + 2, at + 6)) ? 6 : 0;
  return Object.hasOwn(simpleEscapes, selector) ? 2 : 0;
}

/** Where each character of a string's value stands in the text, and at last where its closing quote does. */
export function placesOf(text: string, { start, end, value }: JsonString): (offset: number) => number {
  if (end - start - 2 === value.length) return (offset) => start + 1 + offset;
  const places: number[] = [];
  for (let at = start + 1; at < end - 1;) {
    places.push(at);
    at += text.charCodeAt(at) === backslash ? (text.charAt(at + 1) === 'u' ? 6 : 2) : 1;
  }
  places.push(end - 1);
  return (offset) => places[offset]!;
}

function parseNumber(scanner: JsonScanner): JsonValue {
  const start = scanner.at;
  const { text } = scanner;
  while (scanner.at < text.length && /[-+.\deE]/.test(text.charAt(scanner.at))) scanner.at++;
  const digits = text.slice(start, scanner.at);
  if (!/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(digits))
    fail(scanner, start, scanner.at, 'this is not a number');
  return { kind: 'json-number', start, end: scanner.at, text: digits };
}
