import { backslash, dollar, openBrace, percent, trimEnd, trimStart } from './character.ts';
import type { TemplateForm } from './node.ts';
import { complain, type Scanner } from './scanner.ts';

/**
 * Text of a template as it stands there, in the pieces that HCL takes it in: a lone `$` or `%` is one of its own, and in a
 * heredoc each line. Strip markers take white space only from the piece beside them.
 */
export interface Run {
  start: number;
  end: number;
  /** Where the first piece ends, where the last one starts, and where one would start behind it. */
  firstEnd: number;
  lastStart: number;
  nextStart: number;
  /** Whether there are escapes in it. */
  escaped: boolean;
  trimStart: boolean;
  trimEnd: boolean;
}

/** What a run means. */
export function valueOfRun(scanner: Scanner, run: Run, form: TemplateForm): string {
  const decode = (start: number, end: number) =>
    run.escaped ? unescape(scanner, start, end, form) : scanner.text.slice(start, end);
  if (!run.trimStart && !run.trimEnd) return decode(run.start, run.end);
  if (run.firstEnd === run.end) {
    let only = decode(run.start, run.end);
    if (run.trimStart) only = trimStart(only);
    return run.trimEnd ? trimEnd(only) : only;
  }
  const first = decode(run.start, run.firstEnd);
  const last = decode(run.lastStart, run.end);
  return (
    (run.trimStart ? trimStart(first) : first) +
    decode(run.firstEnd, run.lastStart) +
    (run.trimEnd ? trimEnd(last) : last)
  );
}

/** Text without its escapes: `$${`, `%%{`, and between quotes those that begin with a backslash. */
export function unescape(scanner: Scanner, start: number, end: number, form: TemplateForm): string {
  const { text } = scanner;
  let value = '';
  let from = start;
  for (let at = start; at < end;) {
    const code = text.charCodeAt(at);
    if (code === backslash && form === 'quoted') {
      value += text.slice(from, at);
      const escape = readEscape(scanner, at, end);
      value += escape.value;
      at = from = escape.end;
    } else if (isEscapedMark(text, at, code) && at + 2 < end) {
      value += text.slice(from, at + 1);
      at += 2;
      from = at;
    } else at++;
  }
  return value + text.slice(from, end);
}

/** `$${` or `%%{` */
export function isEscapedMark(text: string, at: number, code: number): boolean {
  return (
    (code === dollar || code === percent) &&
    text.charCodeAt(at + 1) === code &&
    text.charCodeAt(at + 2) === openBrace
  );
}

const simpleEscapes: Readonly<Record<string, string>> = {
  n: '\n',
  r: '\r',
  t: '\t',
  '"': '"',
  '\\': '\\',
};

function readEscape(scanner: Scanner, start: number, end: number): { value: string; end: number } {
  const { text } = scanner;
  const selector = text.charAt(start + 1);
  const simple = simpleEscapes[selector];
  if (simple !== undefined) return { value: simple, end: start + 2 };
  if (selector === 'u' || selector === 'U') {
    const digits = selector === 'u' ? 4 : 8;
    const stop = Math.min(start + 2 + digits, end);
    const hexadecimal = text.slice(start + 2, stop);
    const code = Number.parseInt(hexadecimal, 16);
    if (hexadecimal.length === digits && /^[\da-fA-F]+$/.test(hexadecimal) && isScalarValue(code))
      return { value: String.fromCodePoint(code), end: stop };
    complain(
      scanner,
      start,
      stop,
      `"\\${selector}" takes ${digits} hexadecimal digits of a Unicode character`,
    );
    return { value: '', end: start + 2 };
  }
  const stop = Math.min(start + 1 + String.fromCodePoint(text.codePointAt(start + 1) ?? 0).length, end);
  complain(scanner, start, stop, `${JSON.stringify(text.slice(start, stop))} is not an escape`);
  return { value: text.slice(start + 1, stop), end: stop };
}

function isScalarValue(code: number): boolean {
  return code < 0xd8_00 || (code > 0xdf_ff && code <= 0x10_ff_ff);
}
