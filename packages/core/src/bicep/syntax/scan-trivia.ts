import { addProblem, type Scanner } from './scanner.ts';

const [tab, lineFeed, carriageReturn, space] = [0x09, 0x0a, 0x0d, 0x20];
const [hash, asterisk, minus, slash] = [0x23, 0x2a, 0x2d, 0x2f];
const directives = ['#disable-next-line', '#disable-diagnostics', '#restore-diagnostics'];

export function isLineBreak(code: number): boolean {
  return code === lineFeed || code === carriageReturn;
}

/** Goes on to what is neither white space nor a comment nor a directive nor, with `lines`, a line break. */
export function skipTrivia(scanner: Scanner, lines: boolean): void {
  const { text } = scanner;
  for (;;) {
    const code = text.charCodeAt(scanner.at);
    if (code === space || code === tab) scanner.at++;
    else if (code === slash) {
      if (!skipComment(scanner)) return;
    } else if (code === hash) {
      if (!skipDirective(scanner)) return;
    } else if (lines && isLineBreak(code)) scanner.at++;
    else return;
  }
}

function skipComment(scanner: Scanner): boolean {
  const start = scanner.at;
  const code = scanner.text.charCodeAt(start + 1);
  if (code === slash) {
    scanner.at = endOfLine(scanner.text, start + 2);
    scanner.comments.push({ kind: 'line', start, end: scanner.at });
    return true;
  }
  if (code !== asterisk) return false;
  const end = scanner.text.indexOf('*/', start + 2);
  scanner.at = end < 0 ? scanner.text.length : end + 2;
  if (end < 0) addProblem(scanner.problems, start, scanner.at, 'The comment has no end. Expected "*/".');
  scanner.comments.push({ kind: 'block', start, end: scanner.at });
  return true;
}

function endOfLine(text: string, start: number): number {
  let at = start;
  while (at < text.length && !isLineBreak(text.charCodeAt(at))) at++;
  return at;
}

/** `#disable-next-line a b`, at the beginning of a line. It says nothing about the module, so that it counts as a comment. */
function skipDirective(scanner: Scanner): boolean {
  const { text, at: start } = scanner;
  const directive = directives.find((each) => text.startsWith(each, start));
  if (directive === undefined || !beginsLine(text, start)) return false;
  const codes = start + directive.length;
  let end = codes;
  let at = codes;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (isCodeCharacter(code)) end = at + 1;
    else if (code !== space && code !== tab) break;
    at++;
  }
  if (end === codes)
    addProblem(scanner.problems, start, end, `Expected codes of diagnostics after "${directive}".`);
  scanner.at = end;
  scanner.comments.push({ kind: 'line', start, end });
  return true;
}

function beginsLine(text: string, start: number): boolean {
  let at = start - 1;
  while (at >= 0 && (text.charCodeAt(at) === space || text.charCodeAt(at) === tab)) at--;
  return at < 0 || isLineBreak(text.charCodeAt(at));
}

function isCodeCharacter(code: number): boolean {
  return (
    (code >= 0x61 && code <= 0x7a) ||
    (code >= 0x41 && code <= 0x5a) ||
    (code >= 0x30 && code <= 0x39) ||
    code === 0x5f ||
    code === minus
  );
}
