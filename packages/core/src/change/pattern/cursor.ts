import type { Dialect } from './named-class.ts';

/** Where reading a pattern has come to. */
export interface Cursor {
  readonly text: string;
  readonly dialect: Dialect;
  at: number;
  /** Groups around it. */
  depth: number;
  /** The names of capturing groups so far, empty for those without one. */
  readonly names: string[];
  /** Anchors read so far. */
  anchors: number;
  /** Whether nothing stands before it, so that `^` may. */
  isAtStart: boolean;
  /** Whether `$` stands before it, so that nothing else may. */
  isAtEnd: boolean;
}

/** Steps over what a sticky expression matches here. */
export function take(cursor: Cursor, expression: RegExp): RegExpExecArray | undefined {
  expression.lastIndex = cursor.at;
  const found = expression.exec(cursor.text) ?? undefined;
  if (found !== undefined) cursor.at += found[0].length;
  return found;
}
