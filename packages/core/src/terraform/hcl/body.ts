import { closeBrace, endOfText, equals, lineFeed, openBrace, quote } from './character.ts';
import type { Attribute, Block, Body, BodyItem, Identifier, Label } from './node.ts';
import { recoveryEnd } from './recovery.ts';
import {
  complain,
  enter,
  fail,
  failHere,
  leave,
  missing,
  peek,
  type Scanner,
  takeIdentifier,
  takeNewline,
} from './scanner.ts';
import { parseQuoted } from './template.ts';

/** A whole text. */
export function parseRoot(scanner: Scanner): Body {
  const items: BodyItem[] = [];
  for (;;) {
    parseItems(scanner, items);
    if (scanner.at >= scanner.text.length) break;
    const start = scanner.at;
    fail(scanner, start, start + 1, 'this brace closes nothing');
    scanner.at++;
    items.push({ kind: 'skipped', start, end: scanner.at });
    scanner.broken = false;
  }
  return { kind: 'body', start: 0, end: scanner.text.length, items };
}

/** Items up to a closing brace or the end of the text. Each problem costs the item that it is in. */
function parseItems(scanner: Scanner, items: BodyItem[]): void {
  const names = new Set<string>();
  for (;;) {
    const code = peek(scanner);
    if (code === lineFeed) {
      takeNewline(scanner);
      continue;
    }
    if (code === endOfText || code === closeBrace) return;
    const { at: start, depth } = scanner;
    const item = parseItem(scanner);
    if (item !== undefined) {
      items.push(item);
      if (item.kind === 'attribute') checkTwice(scanner, names, item.name);
    }
    if (!scanner.broken) expectLineEnd(scanner, item?.kind ?? 'attribute');
    if (scanner.broken) {
      scanner.depth = depth;
      skip(scanner, start, items);
    }
  }
}

function checkTwice(scanner: Scanner, names: Set<string>, { start, end, name }: Identifier): void {
  if (names.has(name)) complain(scanner, start, end, `the argument "${name}" was set before`);
  else names.add(name);
}

function expectLineEnd(scanner: Scanner, kind: string): void {
  const code = peek(scanner);
  if (code === lineFeed) takeNewline(scanner);
  else if (code !== endOfText)
    failHere(scanner, kind === 'block' ? 'a block ends with its line' : 'an argument ends with its line');
}

/** Leaves out what is left of an item that has a problem. */
function skip(scanner: Scanner, start: number, items: BodyItem[]): void {
  const end = recoveryEnd(scanner, start);
  if (end > scanner.at) items.push({ kind: 'skipped', start: scanner.at, end });
  scanner.at = end;
  scanner.broken = false;
  scanner.newlines = true;
}

function parseItem(scanner: Scanner): Attribute | Block | undefined {
  const name = takeIdentifier(scanner);
  if (name === undefined) {
    failHere(scanner, 'expected an argument or a block');
    return undefined;
  }
  const code = peek(scanner);
  if (code === equals) return parseAttribute(scanner, name);
  if (code === openBrace || code === quote) return parseBlock(scanner, name);
  if (scanner.at > name.end) {
    const label = takeIdentifier(scanner);
    if (label !== undefined) return parseBlock(scanner, name, label);
  }
  failHere(scanner, `expected "=" and a value, or a block, behind "${name.name}"`);
  return undefined;
}

function parseAttribute(scanner: Scanner, name: Identifier): Attribute {
  const next = scanner.text.charAt(scanner.at + 1);
  if (next === '=' || next === '>') failHere(scanner, `expected "=" and a value behind "${name.name}"`);
  else scanner.at++;
  const value = scanner.broken ? missing(scanner) : scanner.expression(scanner);
  return { kind: 'attribute', start: name.start, end: value.end, name, value };
}

function parseBlock(scanner: Scanner, type: Identifier, first?: Identifier): Block {
  const labels: Label[] = first === undefined ? [] : [labelOf(first)];
  parseLabels(scanner, labels);
  let body: Body;
  if (scanner.broken) body = { kind: 'body', start: scanner.at, end: scanner.at, items: [] };
  else {
    body = enter(scanner)
      ? parseBraces(scanner)
      : { kind: 'body', start: scanner.at, end: scanner.at, items: [] };
    leave(scanner);
  }
  return { kind: 'block', start: type.start, end: body.end, type, labels, body };
}

const labelOf = ({ start, end, name }: Identifier): Label => ({
  kind: 'label',
  start,
  end,
  quoted: false,
  value: name,
});

/** Labels up to the opening brace. */
function parseLabels(scanner: Scanner, labels: Label[]): void {
  while (!scanner.broken) {
    const code = peek(scanner);
    if (code === openBrace) return;
    if (code === quote) labels.push(parseQuotedLabel(scanner));
    else {
      const name = takeIdentifier(scanner);
      if (name !== undefined) labels.push(labelOf(name));
      else failHere(scanner, 'expected a label or "{"');
    }
  }
}

function parseQuotedLabel(scanner: Scanner): Label {
  const string = parseQuoted(scanner);
  const { start, end } = string;
  if (string.kind === 'string') return { kind: 'label', start, end, quoted: true, value: string.value };
  complain(scanner, start, end, 'a label is text without "${" and "%{"');
  return { kind: 'label', start, end, quoted: true, value: scanner.text.slice(start + 1, end - 1) };
}

/** `{`, the body and `}`: on lines of their own, or one argument on the same line. */
function parseBraces(scanner: Scanner): Body {
  const start = scanner.at++;
  const items: BodyItem[] = [];
  const code = peek(scanner);
  if (code === lineFeed || code === closeBrace || code === endOfText) parseItems(scanner, items);
  else parseOnly(scanner, items);
  if (!scanner.broken) {
    if (peek(scanner) === closeBrace) scanner.at++;
    else if (scanner.at >= scanner.text.length)
      fail(scanner, start, start + 1, 'this block is never closed: "}" is missing');
    else failHere(scanner, 'a block on one line has one argument, and "}" behind it');
  }
  return { kind: 'body', start, end: scanner.at, items };
}

/** The argument of a block on one line. */
function parseOnly(scanner: Scanner, items: BodyItem[]): void {
  const name = takeIdentifier(scanner);
  if (name !== undefined && peek(scanner) === equals) items.push(parseAttribute(scanner, name));
  else failHere(scanner, 'a block on one line has only one argument; put anything else on lines of its own');
}
