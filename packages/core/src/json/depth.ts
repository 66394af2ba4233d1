import { limits } from '../limit/index.ts';

const maxDepth = limits.jsonDepth.value;
const [quote, backslash, openObject, closeObject, openList, closeList] = [0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d];

/**
 * Whether a text is nested deeper than anybody nests, to be asked before `JSON.parse`: a bracket costs one byte to send
 * and fifty to read. What is not JSON may be judged either way.
 */
export function isTooDeep(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case quote:
        at = endOfString(text, at);
        break;
      case openObject:
      case openList:
        depth++;
        if (depth > maxDepth) return true;
        break;
      case closeObject:
      case closeList:
        depth--;
        break;
    }
  }
  return false;
}

/** Where a string ends: at its second quote. */
export function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const char = text.charCodeAt(at);
    if (char === quote) return at;
    if (char === backslash) at++;
  }
  return text.length;
}
