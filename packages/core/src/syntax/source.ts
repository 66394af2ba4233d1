/** A part of a text: offsets in UTF-16 code units, as strings of JavaScript are indexed; `end` is exclusive. */
export interface SourceRange {
  readonly start: number;
  readonly end: number;
}

/** A node of a syntax tree. Its children lie inside its range, in the order of the text, and do not overlap. */
export interface SyntaxNode extends SourceRange {
  readonly kind: string;
}

export interface Comment extends SourceRange {
  /** To the end of its line, without the line break, or between two marks. */
  readonly kind: 'line' | 'block';
}

/** Something that the language does not allow, and where. The parser went on behind it. */
export interface SyntaxProblem extends SourceRange {
  readonly message: string;
}

/** What a parser makes of a text, whatever the text is. */
export interface SyntaxTree<Root extends SyntaxNode> {
  readonly text: string;
  readonly root: Root;
  /** All comments, in the order of the text; they lie between the tokens and belong to no node. */
  readonly comments: readonly Comment[];
  /** In the order of the text; a text without problems is one that the language accepts. */
  readonly problems: readonly SyntaxProblem[];
}

/** Counted from 1, columns in UTF-16 code units. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Finds lines and columns in a text; a line ends at LF, CRLF or CR. */
export function positionsIn(text: string): (offset: number) => Position {
  const starts = [0];
  for (const { index, 0: end } of text.matchAll(/\r\n|\n|\r/g)) starts.push(index + end.length);
  return (offset) => {
    let low = 0;
    let high = starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low + 1, column: offset - starts[low]! + 1 };
  };
}
