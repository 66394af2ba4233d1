/** Codes of the characters that the grammar names. */
export const tab = 0x09;
export const lineFeed = 0x0a;
export const carriageReturn = 0x0d;
export const space = 0x20;
export const exclamation = 0x21;
export const quote = 0x22;
export const hash = 0x23;
export const dollar = 0x24;
export const percent = 0x25;
export const ampersand = 0x26;
export const openParenthesis = 0x28;
export const closeParenthesis = 0x29;
export const star = 0x2a;
export const plus = 0x2b;
export const comma = 0x2c;
export const minus = 0x2d;
export const dot = 0x2e;
export const slash = 0x2f;
export const zero = 0x30;
const nine = 0x39;
export const colon = 0x3a;
export const less = 0x3c;
export const equals = 0x3d;
export const greater = 0x3e;
export const question = 0x3f;
export const openBracket = 0x5b;
export const backslash = 0x5c;
export const closeBracket = 0x5d;
export const openBrace = 0x7b;
export const bar = 0x7c;
export const closeBrace = 0x7d;
export const tilde = 0x7e;

/** What stands for the character behind the last one. */
export const endOfText = -1;

/** White space as HCL strips and trims it, which is that of Go's `unicode.IsSpace`. */
export function isSpace(code: number): boolean {
  if (code < 0x80) return code === space || (code >= tab && code <= carriageReturn);
  return (
    code === 0x85 ||
    code === 0xa0 ||
    code === 0x16_80 ||
    (code >= 0x20_00 && code <= 0x20_0a) ||
    code === 0x20_28 ||
    code === 0x20_29 ||
    code === 0x20_2f ||
    code === 0x20_5f ||
    code === 0x30_00
  );
}

/** How many characters from there on are white space. */
export function leadingSpaces(text: string, start: number, end: number): number {
  let at = start;
  while (at < end && isSpace(text.charCodeAt(at))) at++;
  return at - start;
}

export function trimStart(text: string): string {
  return text.slice(leadingSpaces(text, 0, text.length));
}

export function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(0, end);
}

const startsName = 1;
const continuesName = 2;
const ascii = new Uint8Array(0x80);
for (let code = 0; code < ascii.length; code++) {
  const char = String.fromCharCode(code);
  if (/[A-Za-z_]/.test(char)) ascii[code] = startsName | continuesName;
  else if (/[-0-9]/.test(char)) ascii[code] = continuesName;
}

/** Where the identifier ends that starts here; there is none when that is where it starts. */
export function identifierEnd(text: string, start: number): number {
  let role = startsName;
  let at = start;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (code < 0x80) {
      if ((ascii[code]! & role) === 0) break;
      at++;
    } else {
      const char = String.fromCodePoint(text.codePointAt(at)!);
      if (!(role === startsName ? /^\p{ID_Start}/u : /^\p{ID_Continue}/u).test(char)) break;
      at += char.length;
    }
    role = continuesName;
  }
  return at;
}

/** Whether all of a text is an identifier. */
export function isIdentifier(text: string): boolean {
  return text !== '' && identifierEnd(text, 0) === text.length;
}

/**
 * Where the number ends that starts here with a digit. Like HCL's scanner it takes more than a number can be, such as
 * `1.2.3`, so that this becomes one problem and not another meaning.
 */
export function numberEnd(text: string, start: number): number {
  let end = start;
  for (let at = start; at < text.length;) {
    const code = text.charCodeAt(at);
    if (isDigit(code)) {
      end = ++at;
    } else if (code === dot) {
      at++;
    } else if ((code | 0x20) === 0x65) {
      const sign = text.charCodeAt(at + 1);
      const digits = at + (sign === plus || sign === minus ? 2 : 1);
      if (!isDigit(text.charCodeAt(digits))) break;
      end = at = digits + 1;
    } else break;
  }
  return end;
}

export function isDigit(code: number): boolean {
  return code >= zero && code <= nine;
}
