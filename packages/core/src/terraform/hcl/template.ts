import {
  backslash,
  carriageReturn,
  closeBrace,
  dollar,
  identifierEnd,
  isSpace,
  lineFeed,
  minus,
  openBrace,
  percent,
  quote,
  tilde,
} from './character.ts';
import { parseForNames } from './collection.ts';
import { applyFlush, type Flush, flushOf, flushOther, flushText, type LiteralInProgress } from './flush.ts';
import { isEscapedMark, type Run, valueOfRun } from './literal.ts';
import type { Expression, StringLiteral, Template, TemplateForm, TemplatePart } from './node.ts';
import { enter, fail, failHere, leave, missing, peek, type Scanner, takeKeyword } from './scanner.ts';

/** What ends a sequence of parts. */
type Stop = 'end' | 'else' | 'endif' | 'endfor';

/** A template that is parsed: what its nested directives have in common. */
interface Progress {
  readonly form: TemplateForm;
  readonly start: number;
  /** What ends a heredoc. */
  readonly marker: string;
  readonly flush: Flush | undefined;
  /** Whether the text that follows is a new line of a heredoc, which may be its last. */
  lineStart: boolean;
  /** Whether a strip marker takes the white space away that follows. */
  strip: boolean;
  stop: Stop;
}

/** `"…"` */
export function parseQuoted(scanner: Scanner): StringLiteral | Template {
  const { text, at: start } = scanner;
  let at = start + 1;
  for (; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      scanner.at = at + 1;
      return { kind: 'string', start, end: at + 1, form: 'quoted', value: text.slice(start + 1, at) };
    }
    if (
      code === backslash ||
      code === dollar ||
      code === percent ||
      code === lineFeed ||
      code === carriageReturn
    )
      break;
  }
  scanner.at = start + 1;
  return parseTemplate(scanner, progressOf('quoted', start, '', undefined));
}

/** `<<MARKER` or `<<-MARKER`, the text below and the line that is the marker again */
export function parseHeredoc(scanner: Scanner): Expression {
  const { text, at: start } = scanner;
  const flush = text.charCodeAt(start + 2) === minus;
  const from = start + (flush ? 3 : 2);
  const end = text.startsWith('<<', start) ? identifierEnd(text, from) : from;
  const lineBreak = text.charCodeAt(end) === carriageReturn ? end + 1 : end;
  if (end === from || text.charCodeAt(lineBreak) !== lineFeed) {
    if (end === from) failHere(scanner, 'expected an expression');
    else fail(scanner, start, end, 'a heredoc begins with "<<", a name and a line break');
    return missing(scanner);
  }
  scanner.at = lineBreak + 1;
  const marker = text.slice(from, end);
  return parseTemplate(
    scanner,
    progressOf(flush ? 'flush' : 'heredoc', start, marker, flush ? flushOf() : undefined),
  );
}

/** A whole text that is a template, as the strings of the JSON syntax are. */
export function parseBareTemplate(scanner: Scanner): StringLiteral | Template {
  return parseTemplate(scanner, progressOf('json', 0, '', undefined));
}

function progressOf(form: TemplateForm, start: number, marker: string, flush: Flush | undefined): Progress {
  return { form, start, marker, flush, lineStart: true, strip: false, stop: 'end' };
}

function parseTemplate(scanner: Scanner, progress: Progress): StringLiteral | Template {
  const { newlines } = scanner;
  const { form, start } = progress;
  const parts: TemplatePart[] = [];
  parseParts(scanner, progress, parts);
  if (progress.stop !== 'end')
    fail(scanner, scanner.at, scanner.at, `"${progress.stop}" has no directive that it belongs to`);
  if (progress.flush !== undefined) applyFlush(progress.flush);
  scanner.newlines = newlines;
  const [first] = parts;
  if (first === undefined) return { kind: 'string', start, end: scanner.at, form, value: '' };
  if (parts.length === 1 && first.kind === 'literal')
    return { kind: 'string', start, end: scanner.at, form, value: first.value };
  return { kind: 'template', start, end: scanner.at, form, parts };
}

/** Takes parts up to the end of the template, or to a directive that belongs to one outside, whose keyword is taken. */
function parseParts(scanner: Scanner, progress: Progress, parts: TemplatePart[]): void {
  const { text } = scanner;
  for (;;) {
    const literal = parseLiteral(scanner, progress);
    if (literal !== undefined) parts.push(literal);
    progress.stop = 'end';
    if (scanner.broken) return;
    const code = text.charCodeAt(scanner.at);
    if (isSequence(text, scanner.at, code)) {
      if (progress.flush !== undefined) flushOther(progress.flush);
      const part =
        code === dollar ? parseInterpolation(scanner, progress) : parseDirective(scanner, progress);
      if (part === undefined) return;
      parts.push(part);
      if (scanner.broken) return;
    } else {
      takeEnd(scanner, progress);
      return;
    }
  }
}

/** `${` or `%{` */
function isSequence(text: string, at: number, code: number): boolean {
  return (code === dollar || code === percent) && text.charCodeAt(at + 1) === openBrace;
}

/** Text up to a sequence or the end of the template, which is where the scanner stands then. */
function parseLiteral(scanner: Scanner, progress: Progress): LiteralInProgress | undefined {
  const start = scanner.at;
  const run: Run = {
    start,
    end: start,
    firstEnd: start,
    lastStart: start,
    nextStart: start,
    escaped: false,
    trimStart: progress.strip,
    trimEnd: false,
  };
  progress.strip = false;
  scanRun(scanner, progress, run);
  scanner.at = run.end;
  if (run.end === start) return undefined;
  const { text } = scanner;
  run.trimEnd = isSequence(text, run.end, text.charCodeAt(run.end)) && text.charCodeAt(run.end + 2) === tilde;
  const literal: LiteralInProgress = {
    kind: 'literal',
    start,
    end: run.end,
    value: valueOfRun(scanner, run, progress.form),
  };
  if (progress.flush !== undefined) flushText(progress.flush, literal);
  return literal;
}

function scanRun(scanner: Scanner, progress: Progress, run: Run): void {
  const { text } = scanner;
  const quoted = progress.form === 'quoted';
  const heredoc = progress.marker !== '';
  let at = run.start;
  while (at < text.length) {
    if (heredoc && progress.lineStart && markerEnd(text, at, progress.marker) >= 0) break;
    progress.lineStart = false;
    const code = text.charCodeAt(at);
    if (code === dollar || code === percent) {
      if (text.charCodeAt(at + 1) === openBrace) break;
      boundary(run, at);
      if (isEscapedMark(text, at, code)) {
        run.escaped = true;
        at += 2;
        if (text.charCodeAt(at + 1) === tilde) at++;
      }
      at++;
      boundary(run, at);
    } else if (code === lineFeed) {
      if (quoted) break;
      at++;
      progress.lineStart = true;
      boundary(run, at);
    } else if (code === carriageReturn && (quoted || (heredoc && text.charCodeAt(at + 1) !== lineFeed)))
      break;
    else if (!quoted) at++;
    else if (code === quote) break;
    else if (code === backslash) {
      run.escaped = true;
      at++;
      if (at < text.length && text.charCodeAt(at) !== lineFeed && text.charCodeAt(at) !== carriageReturn)
        at++;
    } else at++;
  }
  boundary(run, at);
  run.end = at;
}

/** Notes that a piece ends here. */
function boundary(run: Run, at: number): void {
  if (at === run.nextStart) return;
  if (run.firstEnd === run.start) run.firstEnd = at;
  run.lastStart = run.nextStart;
  run.nextStart = at;
}

/** Where the line of the marker ends, before its line break, which it needs; -1 when this is another line. */
function markerEnd(text: string, start: number, marker: string): number {
  const at = blankEnd(text, start);
  if (!text.startsWith(marker, at)) return -1;
  const end = blankEnd(text, at + marker.length);
  return text.charCodeAt(end) === lineFeed || text.startsWith('\r\n', end) ? end : -1;
}

function blankEnd(text: string, start: number): number {
  for (let at = start; ; at++) {
    const code = text.charCodeAt(at);
    if (!isSpace(code) || code === lineFeed || code === carriageReturn) return at;
  }
}

/** Takes what ends the template; when it is not here, that is noted. */
function takeEnd(scanner: Scanner, { form, start, marker, lineStart }: Progress): void {
  const { text, at } = scanner;
  if (form === 'json') return;
  if (form === 'quoted') {
    if (text.charCodeAt(at) === quote) scanner.at++;
    else fail(scanner, start, at, "a string ends on its line: '\"' is missing");
    return;
  }
  const end = lineStart ? markerEnd(text, at, marker) : -1;
  if (end >= 0) scanner.at = end;
  else if (at < text.length) fail(scanner, at, at + 1, 'a carriage return without a line feed');
  else fail(scanner, start, start + 2, `this heredoc never ends: a line "${marker}" is missing`);
}

/** `${value}` */
function parseInterpolation(scanner: Scanner, progress: Progress): TemplatePart {
  const start = scanner.at;
  openSequence(scanner);
  const value = scanner.expression(scanner);
  closeSequence(scanner, start, progress);
  return { kind: 'interpolation', start, end: scanner.at, value };
}

function openSequence(scanner: Scanner): void {
  scanner.at += scanner.text.charCodeAt(scanner.at + 2) === tilde ? 3 : 2;
  scanner.newlines = false;
}

function closeSequence(scanner: Scanner, start: number, progress: Progress): void {
  progress.lineStart = false;
  if (scanner.broken) return;
  const code = peek(scanner);
  if (code === tilde && scanner.text.charCodeAt(scanner.at + 1) === closeBrace) {
    progress.strip = true;
    scanner.at += 2;
  } else if (code === closeBrace) scanner.at++;
  else if (scanner.at < scanner.text.length)
    failHere(scanner, 'expected "}" (a "${" that is meant as text is written "$${")');
  else fail(scanner, start, start + 2, 'this is never closed: "}" is missing');
}

/** A directive with all that belongs to it; undefined when it belongs to one outside. */
function parseDirective(scanner: Scanner, progress: Progress): TemplatePart | undefined {
  const start = scanner.at;
  openSequence(scanner);
  peek(scanner);
  if (takeKeyword(scanner, 'if')) return parseIf(scanner, start, progress);
  if (takeKeyword(scanner, 'for')) return parseForDirective(scanner, start, progress);
  if (takeKeyword(scanner, 'else')) progress.stop = 'else';
  else if (takeKeyword(scanner, 'endif')) progress.stop = 'endif';
  else if (takeKeyword(scanner, 'endfor')) progress.stop = 'endfor';
  else {
    failHere(scanner, 'expected "if", "else", "endif", "for" or "endfor"');
    return undefined;
  }
  const { stop } = progress;
  closeSequence(scanner, start, progress);
  progress.stop = stop;
  return undefined;
}

function parseIf(scanner: Scanner, start: number, progress: Progress): TemplatePart {
  const condition = scanner.expression(scanner);
  closeSequence(scanner, start, progress);
  const whenTrue: TemplatePart[] = [];
  let whenFalse: TemplatePart[] | undefined;
  parseNested(scanner, progress, whenTrue);
  if (!scanner.broken && progress.stop === 'else') {
    whenFalse = [];
    parseNested(scanner, progress, whenFalse);
  }
  expectStop(scanner, start, progress, 'endif');
  return { kind: 'if-directive', start, end: scanner.at, condition, whenTrue, whenFalse };
}

function parseForDirective(scanner: Scanner, start: number, progress: Progress): TemplatePart {
  const { keyName: key, valueName: name } = parseForNames(scanner);
  const collection = scanner.broken ? missing(scanner) : scanner.expression(scanner);
  closeSequence(scanner, start, progress);
  const parts: TemplatePart[] = [];
  parseNested(scanner, progress, parts);
  expectStop(scanner, start, progress, 'endfor');
  return { kind: 'for-directive', start, end: scanner.at, key, name, collection, parts };
}

function parseNested(scanner: Scanner, progress: Progress, parts: TemplatePart[]): void {
  if (enter(scanner) && !scanner.broken) parseParts(scanner, progress, parts);
  leave(scanner);
}

function expectStop(scanner: Scanner, start: number, progress: Progress, expected: Stop): void {
  if (scanner.broken) return;
  if (progress.stop !== expected) {
    const found = progress.stop === 'end' ? 'the template ends' : `"${progress.stop}" comes`;
    fail(scanner, start, start + 2, `this directive needs an "${expected}", but ${found} first`);
  }
  progress.stop = 'end';
}
