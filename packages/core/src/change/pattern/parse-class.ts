import { allBut, type CodePoints, codePointsOf, type Range } from './code-points.ts';
import { type Cursor, take } from './cursor.ts';
import { escapedClass, posixClass } from './named-class.ts';

const controls: Readonly<Record<string, string>> = { t: '\t', n: '\n', r: '\r', f: '\f', v: '\v' };

/** What a backslash makes of what follows it; undefined for what the dialects do not agree upon. */
export function parseEscape(cursor: Cursor): CodePoints | undefined {
  const found = take(cursor, /\\(?:x([\da-fA-F]{2})|([dDwWsS])|([tnrfv])|([!-/:-@[-`{-~]))/y);
  if (found === undefined) return undefined;
  const [, hex, named, control, sign] = found;
  if (named !== undefined) return escapedClass(named, cursor.dialect);
  const point = hex === undefined ? (sign ?? controls[control!]!).codePointAt(0)! : Number.parseInt(hex, 16);
  return [[point, point]];
}

/** `[…]`, behind its first bracket. */
export function parseClass(cursor: Cursor): CodePoints | undefined {
  const isNegated = take(cursor, /\^/y) !== undefined;
  // A bracket that stands first is a member in one dialect, and the end in the other.
  if (cursor.text[cursor.at] === ']') return undefined;
  const ranges: Range[] = [];
  while (take(cursor, /\]/y) === undefined) {
    const member = parseMember(cursor);
    if (member === undefined) return undefined;
    ranges.push(...member);
  }
  const points = codePointsOf(ranges);
  return isNegated ? allBut(points) : points;
}

function parseMember(cursor: Cursor): CodePoints | undefined {
  const posix = take(cursor, /\[:(\^?)(\w+):\]/y);
  if (posix !== undefined)
    return cursor.dialect === 're2' ? posixClass(posix[2]!, posix[1] === '^') : undefined;
  // RE2 looks for the end of a name, however far away.
  if (take(cursor, /(?=\[:)/y) !== undefined) return undefined;
  const isNamed = take(cursor, /(?=\\[dDwWsS])/y) !== undefined;
  const first = parseOne(cursor);
  // Behind a class a hyphen stands for itself; with a second one the dialects do not agree.
  if (isNamed) return take(cursor, /(?=--)/y) === undefined ? first : undefined;
  if (first === undefined || take(cursor, /-(?!\])/y) === undefined) return first;
  if (take(cursor, /(?=\\[dDwWsS]|\[:)/y) !== undefined) return undefined;
  const last = parseOne(cursor);
  const [low, high] = [first[0]![0], last?.[0]![0] ?? -1];
  return low <= high ? [[low, high]] : undefined;
}

function parseOne(cursor: Cursor): CodePoints | undefined {
  if (cursor.text[cursor.at] === '\\') return parseEscape(cursor);
  const point = take(cursor, /[^]/y)?.[0].codePointAt(0);
  return point === undefined ? undefined : [[point, point]];
}
