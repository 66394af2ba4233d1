import {
  closeBrace,
  closeBracket,
  closeParenthesis,
  backslash,
  carriageReturn,
  dollar,
  hash,
  identifierEnd,
  less,
  lineFeed,
  minus,
  openBrace,
  openBracket,
  openParenthesis,
  percent,
  quote,
  slash,
  space,
  tab,
} from './character.ts';
import { commentEnd, type Scanner } from './scanner.ts';

/**
 * Where to go on behind an item that has a problem: at the end of the line on which everything is closed that the item has
 * opened, or at the brace of the block around it. When something is never closed, at the next line that is not indented
 * deeper than the item and begins with a name or a brace.
 */
export function recoveryEnd(scanner: Scanner, itemStart: number): number {
  if (!scanner.exhausted) {
    const end = closedEnd(scanner.text, itemStart, scanner.at);
    if (end >= 0) return end;
    // Each such search may go through the whole text; one is enough to know that brackets do not match in it.
    scanner.exhausted = true;
  }
  return dedentedLine(scanner.text, itemStart, scanner.at);
}

const closers: Readonly<Record<number, number>> = {
  [openBrace]: closeBrace,
  [openBracket]: closeBracket,
  [openParenthesis]: closeParenthesis,
};

/** -1 when the text ends before everything is closed. */
function closedEnd(text: string, start: number, broken: number): number {
  // What closes that which is open, innermost last.
  const open: number[] = [];
  for (let at = start; at < text.length;) {
    const code = text.charCodeAt(at);
    if (open.at(-1) === quote) {
      at = stepInString(text, at, code, open);
      continue;
    }
    if (open.length === 0 && at >= broken && (code === lineFeed || code === closeBrace)) return at;
    switch (code) {
      case openBrace:
      case openBracket:
      case openParenthesis:
        open.push(closers[code]!);
        at++;
        break;
      case closeBrace:
      case closeBracket:
      case closeParenthesis:
        close(open, code);
        at++;
        break;
      case quote:
        open.push(quote);
        at++;
        break;
      case hash:
      case slash:
        at = Math.max(commentEnd(text, at), at + 1);
        break;
      case less:
        at = heredocEnd(text, at);
        break;
      default:
        at++;
    }
  }
  return open.length === 0 ? text.length : -1;
}

/** Closes the innermost that this closes, and what is open inside of it. */
function close(open: number[], closer: number): void {
  const index = open.lastIndexOf(closer);
  if (index >= 0) open.length = index;
}

/** One character of a string, or what is more than one. A string that is not closed ends with its line. */
function stepInString(text: string, at: number, code: number, open: number[]): number {
  if (code === quote || code === lineFeed) {
    open.pop();
    return code === quote ? at + 1 : at;
  }
  if (code === backslash) {
    const next = text.charCodeAt(at + 1);
    return next === lineFeed || next === carriageReturn ? at + 1 : at + 2;
  }
  if ((code === dollar || code === percent) && text.charCodeAt(at + 1) === openBrace) {
    open.push(closeBrace);
    return at + 2;
  }
  const escaped =
    code === dollar || code === percent ? text.startsWith(`${text.charAt(at)}{`, at + 1) : false;
  return escaped ? at + 3 : at + 1;
}

/** Where a heredoc ends, if one starts here, with the line of its marker. */
function heredocEnd(text: string, start: number): number {
  if (text.charCodeAt(start + 1) !== less) return start + 1;
  const from = start + (text.charCodeAt(start + 2) === minus ? 3 : 2);
  const to = identifierEnd(text, from);
  const lineBreak = text.charCodeAt(to) === carriageReturn ? to + 1 : to;
  if (to === from || text.charCodeAt(lineBreak) !== lineFeed) return start + 1;
  const marker = text.slice(from, to);
  for (let at = lineBreak + 1; at < text.length;) {
    const next = text.indexOf('\n', at);
    const end = next < 0 ? text.length : next;
    if (text.slice(at, end).trim() === marker) return end;
    at = end + 1;
  }
  return text.length;
}

function dedentedLine(text: string, itemStart: number, broken: number): number {
  const indentation = itemStart - (text.lastIndexOf('\n', itemStart - 1) + 1);
  let at = text.indexOf('\n', broken);
  while (at >= 0) {
    let first = at + 1;
    while (text.charCodeAt(first) === space || text.charCodeAt(first) === tab) first++;
    const begins = text.charCodeAt(first) === closeBrace || identifierEnd(text, first) > first;
    if (begins && first - at - 1 <= indentation) return at;
    at = text.indexOf('\n', first);
  }
  return text.length;
}
