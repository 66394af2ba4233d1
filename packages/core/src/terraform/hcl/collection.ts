import {
  closeBrace,
  closeBracket,
  closeParenthesis,
  colon,
  comma,
  equals,
  greater,
  lineFeed,
} from './character.ts';
import type { Call, Expression, ForExpression, Identifier, ObjectItem } from './node.ts';
import {
  complain,
  fail,
  failHere,
  missing,
  peek,
  type Scanner,
  takeClose,
  takeEllipsis,
  takeIdentifier,
  takeKeyword,
  takeNewline,
} from './scanner.ts';

/** An expression in parentheses, between which line breaks are white space. */
export function parseParentheses(scanner: Scanner): Expression {
  const { newlines, at: start } = scanner;
  scanner.newlines = false;
  scanner.at++;
  const value = scanner.expression(scanner);
  takeClose(scanner, start, closeParenthesis);
  scanner.newlines = newlines;
  return { kind: 'parentheses', start, end: scanner.at, value };
}

/** The arguments of a function, whose name has been taken. */
export function parseCall(scanner: Scanner, start: number, name: string): Call {
  const { newlines, at: open } = scanner;
  const args: Expression[] = [];
  let expand = false;
  scanner.newlines = false;
  scanner.at++;
  while (!scanner.broken && peek(scanner) !== closeParenthesis) {
    args.push(scanner.expression(scanner));
    if (scanner.broken) break;
    expand = takeEllipsis(scanner);
    if (expand || peek(scanner) !== comma) break;
    scanner.at++;
  }
  takeClose(scanner, open, closeParenthesis);
  scanner.newlines = newlines;
  return { kind: 'call', start, end: scanner.at, name, args, expand };
}

/** `[…]` */
export function parseTuple(scanner: Scanner): Expression {
  const { newlines, at: start } = scanner;
  scanner.newlines = false;
  scanner.at++;
  peek(scanner);
  let tuple: Expression;
  if (takeKeyword(scanner, 'for')) tuple = parseFor(scanner, start, 'tuple');
  else {
    const items: Expression[] = [];
    while (!scanner.broken && peek(scanner) !== closeBracket) {
      items.push(scanner.expression(scanner));
      if (scanner.broken || peek(scanner) !== comma) break;
      scanner.at++;
    }
    takeClose(scanner, start, closeBracket);
    tuple = { kind: 'tuple', start, end: scanner.at, items };
  }
  scanner.newlines = newlines;
  return tuple;
}

/** `{…}`, in which line breaks separate as commas do */
export function parseObject(scanner: Scanner): Expression {
  const { newlines, at: start } = scanner;
  scanner.newlines = false;
  scanner.at++;
  peek(scanner);
  let object: Expression;
  if (takeKeyword(scanner, 'for')) object = parseFor(scanner, start, 'object');
  else {
    scanner.newlines = true;
    const items: ObjectItem[] = [];
    while (!scanner.broken) {
      const code = peek(scanner);
      if (code === lineFeed) takeNewline(scanner);
      else if (code === closeBrace) break;
      else {
        items.push(parseItem(scanner));
        if (scanner.broken || !takeSeparator(scanner)) break;
      }
    }
    takeClose(scanner, start, closeBrace);
    object = { kind: 'object', start, end: scanner.at, items };
  }
  scanner.newlines = newlines;
  return object;
}

function takeSeparator(scanner: Scanner): boolean {
  const code = peek(scanner);
  if (code === comma) scanner.at++;
  else if (code === lineFeed) takeNewline(scanner);
  else {
    if (code !== closeBrace && scanner.at < scanner.text.length)
      failHere(scanner, 'expected a line break, "," or "}" behind an attribute');
    return false;
  }
  return true;
}

function parseItem(scanner: Scanner): ObjectItem {
  const key = keyOf(scanner.expression(scanner));
  if (!scanner.broken) {
    const code = peek(scanner);
    const next = scanner.text.charCodeAt(scanner.at + 1);
    if (code === colon || (code === equals && next !== greater)) scanner.at++;
    else failHere(scanner, 'expected "=" and a value');
  }
  const value = scanner.broken ? missing(scanner) : scanner.expression(scanner);
  return { kind: 'object-item', start: key.start, end: value.end, key, value };
}

/** A name as a key is the name itself, also that of a value. */
function keyOf(key: Expression): Identifier | Expression {
  const { kind, start, end } = key;
  if (kind === 'variable') return { kind: 'identifier', start, end, name: key.name };
  if (kind === 'boolean') return { kind: 'identifier', start, end, name: String(key.value) };
  if (kind === 'null') return { kind: 'identifier', start, end, name: 'null' };
  return key;
}

/** A `for` whose keyword has been taken. Line breaks are white space in it. */
function parseFor(scanner: Scanner, start: number, result: 'tuple' | 'object'): Expression {
  const { keyName, valueName } = parseForNames(scanner);
  const collection = scanner.broken ? missing(scanner) : scanner.expression(scanner);
  if (!scanner.broken && peek(scanner) === colon) scanner.at++;
  else failHere(scanner, 'expected ":" behind the collection of a for expression');
  let value: Expression = scanner.broken ? missing(scanner) : scanner.expression(scanner);
  let key: Expression | undefined;
  if (!scanner.broken && peek(scanner) === equals && scanner.text.charCodeAt(scanner.at + 1) === greater) {
    scanner.at += 2;
    key = value;
    value = scanner.expression(scanner);
  }
  const ellipsis = scanner.at;
  const group = !scanner.broken && takeEllipsis(scanner);
  if (group && result === 'tuple')
    complain(
      scanner,
      ellipsis,
      scanner.at,
      'only a for expression that makes an object can group with "..."',
    );
  if (!scanner.broken) peek(scanner);
  const condition = !scanner.broken && takeKeyword(scanner, 'if') ? scanner.expression(scanner) : undefined;
  if (key !== undefined && result === 'tuple')
    complain(scanner, key.start, key.end, 'a for expression that makes a tuple has no keys');
  if (key === undefined && result === 'object')
    fail(
      scanner,
      value.start,
      value.end,
      'a for expression that makes an object needs a key: "key => value"',
    );
  takeClose(scanner, start, result === 'tuple' ? closeBracket : closeBrace);
  return {
    kind: 'for',
    start,
    end: scanner.at,
    result,
    keyName,
    valueName,
    collection,
    key,
    value,
    group,
    condition,
  } satisfies ForExpression;
}

/** The names that a `for` gives to what it takes from the collection, and `in`. */
export function parseForNames(scanner: Scanner): {
  keyName: Identifier | undefined;
  valueName: Identifier;
} {
  const first = parseForName(scanner);
  let second: Identifier | undefined;
  if (!scanner.broken && peek(scanner) === comma) {
    scanner.at++;
    second = parseForName(scanner);
  }
  if (!scanner.broken) {
    peek(scanner);
    if (!takeKeyword(scanner, 'in')) failHere(scanner, 'expected "in" and a collection');
  }
  return second ? { keyName: first, valueName: second } : { keyName: undefined, valueName: first };
}

function parseForName(scanner: Scanner): Identifier {
  peek(scanner);
  const name = takeIdentifier(scanner);
  if (name !== undefined) return name;
  failHere(scanner, 'expected a name behind "for"');
  return { kind: 'identifier', start: scanner.at, end: scanner.at, name: '' };
}
