/** Control and format characters and line separators; line breaks and tabs are no part of it. */
const steering = /(?!\r?\n|\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/**
 * A text as it may be shown: what stands in a module or comes from a server must not steer a terminal, nor hide what it says
 * (escape sequences, text that runs backwards).
 */
export function printable(text: string): string {
  return text.replaceAll(steering, '\u{fffd}');
}

/** The same for JSON and TypeScript, where such characters stand in strings and comments: there they are written as escapes. */
export function escaped(text: string): string {
  return text.replaceAll(steering, (found) =>
    Array.from({ length: found.length }, (_, index) => unitEscape(found.charCodeAt(index))).join(''),
  );
}

function unitEscape(unit: number): string {
  return String.raw`\u${unit.toString(16).padStart(4, '0')}`;
}
