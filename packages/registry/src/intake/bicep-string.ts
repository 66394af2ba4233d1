/**
 * The texts between single quotes in Bicep source, as they are written. A string ends on its line. Read by hand: files
 * have up to 100 MB, and of a string of some MB, or of thousands that nobody closes, a pattern would never come back.
 */
export function* quotedTexts(source: string): Generator<string> {
  for (let start = source.indexOf("'"); start >= 0;) {
    const end = endOfString(source, start + 1);
    if (source[end] === "'") yield source.slice(start + 1, end);
    start = source.indexOf("'", end + 1);
  }
}

/** The place of what ends a string: its quote, the end of the line or of the source. */
function endOfString(source: string, start: number): number {
  for (let at = start; at < source.length; at++) {
    const char = source[at];
    if (char === "'" || char === '\n' || char === '\r') return at;
    if (char === '\\' && source[at + 1] !== '\n' && source[at + 1] !== '\r') at++;
  }
  return source.length;
}
