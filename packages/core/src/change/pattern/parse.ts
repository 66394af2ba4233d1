import { type Cursor, take } from './cursor.ts';
import { anyOfLine, type Dialect } from './named-class.ts';
import { parseClass, parseEscape } from './parse-class.ts';
import type { Syntax } from './syntax.ts';

/** What longer patterns, and those with more groups in each other, say is not asked. */
const maxText = 1_000;
const maxDepth = 50;

/** What a pattern says; undefined where the dialects, or those who know them, do not agree, and for what is not regular. */
export function parsePattern(text: string, dialect: Dialect): Syntax | undefined {
  // Some count characters beyond the first plane twice.
  if (text.length > maxText || /[\ud800-\udfff]/.test(text)) return undefined;
  const cursor: Cursor = {
    text,
    dialect,
    names: [],
    at: 0,
    depth: 0,
    anchors: 0,
    isAtStart: true,
    isAtEnd: false,
  };
  const syntax = parseChoice(cursor);
  return cursor.at === text.length && areNames(cursor) ? syntax : undefined;
}

/** A name stands for one group; and Terraform refuses groups with names beside groups without. */
function areNames({ names, dialect }: Cursor): boolean {
  const named = names.filter((name) => name !== '');
  const isMixed = named.length > 0 && named.length < names.length;
  return new Set(named).size === named.length && !(isMixed && dialect === 're2');
}

function parseChoice(cursor: Cursor): Syntax | undefined {
  const { isAtStart } = cursor;
  const options: Syntax[] = [];
  const ends = { isAtStart, isAtEnd: false };
  do {
    Object.assign(cursor, { isAtStart, isAtEnd: false });
    const option = parseSequence(cursor);
    if (option === undefined) return undefined;
    options.push(option);
    ends.isAtStart &&= cursor.isAtStart;
    ends.isAtEnd ||= cursor.isAtEnd;
  } while (take(cursor, /\|/y) !== undefined);
  Object.assign(cursor, ends);
  return options.length === 1 ? options[0] : { kind: 'choice', options };
}

function parseSequence(cursor: Cursor): Syntax | undefined {
  const parts: Syntax[] = [];
  while (take(cursor, /(?=[^|)])/y) !== undefined) {
    const part = parseAnchor(cursor) ?? parseRepeated(cursor);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return { kind: 'sequence', parts };
}

/** Anchors inside of what matches are left to `parseAtom`, which refuses them. */
function parseAnchor(cursor: Cursor): Syntax | undefined {
  const { dialect, isAtStart, isAtEnd } = cursor;
  const isStart = isAtStart && !isAtEnd && take(cursor, dialect === 're2' ? /\^|\\A/y : /\^/y) !== undefined;
  const isEnd = !isStart && take(cursor, dialect === 're2' ? /\$|\\z/y : /\$/y) !== undefined;
  if (!isStart && !isEnd) return undefined;
  cursor.anchors++;
  cursor.isAtEnd = isEnd;
  return { kind: isStart ? 'start' : 'end' };
}

function parseRepeated(cursor: Cursor): Syntax | undefined {
  if (cursor.isAtEnd) return undefined;
  const { anchors } = cursor;
  const atom = parseAtom(cursor);
  const count = take(cursor, /(?:([*+?])|\{(\d{1,4})(,?)(\d{0,4})\})\??/y);
  if (atom === undefined || count === undefined) return atom;
  const [least, most] = boundsOf(count);
  cursor.isAtStart = false;
  return cursor.anchors > anchors || least > most ? undefined : { kind: 'repeat', of: atom, least, most };
}

function boundsOf([, sign, least, comma, most]: RegExpExecArray): readonly [least: number, most: number] {
  if (sign !== undefined) return [sign === '+' ? 1 : 0, sign === '?' ? 1 : Infinity];
  if (comma === '') return [Number(least), Number(least)];
  return [Number(least), most === '' ? Infinity : Number(most)];
}

function parseAtom(cursor: Cursor): Syntax | undefined {
  if (take(cursor, /\(/y) !== undefined) return parseGroup(cursor);
  cursor.isAtStart = false;
  if (cursor.text[cursor.at] === '\\') return one(parseEscape(cursor));
  if (take(cursor, /\[/y) !== undefined) return one(parseClass(cursor));
  if (take(cursor, /\./y) !== undefined) return one(anyOfLine(cursor.dialect));
  const point = take(cursor, /[^*+?^$|(){]|\{(?!\d*,?\d*\})/y)?.[0].codePointAt(0);
  return one(point === undefined ? undefined : [[point, point]]);
}

function one(points: ReturnType<typeof parseClass>): Syntax | undefined {
  return points && { kind: 'one', of: points };
}

/** Behind the first parenthesis. */
function parseGroup(cursor: Cursor): Syntax | undefined {
  const { dialect } = cursor;
  const kind = take(cursor, dialect === 're2' ? /\?:|\?P?<([A-Za-z_]\w*)>/y : /\?:|\?<([A-Za-z_]\w*)>/y);
  if (cursor.depth === maxDepth || cursor.text[cursor.at] === '?') return undefined;
  if (kind?.[0] !== '?:') cursor.names.push(kind?.[1] ?? '');
  cursor.depth++;
  const inner = parseChoice(cursor);
  cursor.depth--;
  return take(cursor, /\)/y) === undefined ? undefined : inner;
}
