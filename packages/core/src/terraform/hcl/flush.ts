import { leadingSpaces } from './character.ts';

/** A literal of a template while it is built; a flush heredoc knows its value only at its end. */
export interface LiteralInProgress {
  kind: 'literal';
  start: number;
  end: number;
  value: string;
}

/**
 * Takes away from the lines of a `<<-` heredoc what the least indented of them is indented by. Lines are looked at as text:
 * what is interpolated counts for nothing, and neither do lines of white space.
 */
export interface Flush {
  /** Literals that begin lines, and where in their values. */
  readonly lines: { readonly literal: LiteralInProgress; readonly at: number }[];
  least: number;
  /** Whether the next part begins a line. */
  atLineStart: boolean;
}

export const flushOf = (): Flush => ({ lines: [], least: Infinity, atLineStart: true });

/** Looks at a part that is not text. */
export function flushOther(flush: Flush): void {
  if (flush.atLineStart) flush.least = 0;
  flush.atLineStart = false;
}

/** Looks at text, line by line. */
export function flushText(flush: Flush, literal: LiteralInProgress): void {
  const { value } = literal;
  for (let at = 0; at < value.length;) {
    const lineBreak = value.indexOf('\n', at);
    const end = lineBreak < 0 ? value.length : lineBreak + 1;
    if (flush.atLineStart) {
      const spaces = leadingSpaces(value, at, end);
      if (spaces < end - at || lineBreak < 0) {
        flush.lines.push({ literal, at });
        if (spaces < flush.least) flush.least = spaces;
      }
    }
    flush.atLineStart = lineBreak >= 0;
    at = end;
  }
}

/** Cuts the indentation off, when all lines are known. */
export function applyFlush({ lines, least }: Flush): void {
  if (least === 0 || lines.length === 0) return;
  for (let index = 0; index < lines.length;) {
    const { literal } = lines[index]!;
    let value = '';
    let from = 0;
    for (; lines[index]?.literal === literal; index++) {
      const { at } = lines[index]!;
      value += literal.value.slice(from, at);
      from = at + least;
    }
    literal.value = value + literal.value.slice(from);
  }
}
