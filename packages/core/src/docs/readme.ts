import { ashlarError } from '../error/index.ts';
import type { Module, ModuleCall } from '../module/model.ts';
import { bicepSections, type Section } from './bicep-readme.ts';
import { printable } from '../text/printable.ts';
import { keepRemarks } from './kept-remarks.ts';
import { markdownText } from './markdown.ts';
import { terraformSections } from './terraform-readme.ts';

interface Marks {
  readonly begin: string;
  readonly end: string;
}

const terraformMarks: Marks = { begin: '<!-- BEGIN_TF_DOCS -->', end: '<!-- END_TF_DOCS -->' };
const bicepMarks: Marks = { begin: '<!-- BEGIN_ASHLAR_DOCS -->', end: '<!-- END_ASHLAR_DOCS -->' };

/** Everything that is written about a module, as Markdown. */
export function moduleSections(module: Module): string {
  if (module.language === 'terraform') return printable(terraformSections(module));
  return shownSections(module).map(sectionText).join('\n\n');
}

/** Nobody who prints a README wants a terminal to be steered by it. */
function shownSections(module: Module, calls?: readonly ModuleCall[]): Section[] {
  return bicepSections(module, calls).map(({ title, lines }) => ({ title, lines: lines.map(printable) }));
}

/** What comes along: texts that terraform-docs puts before and after its sections, as AVM's modules have them in files. */
export interface Frame {
  /** `_header.md` */
  readonly header?: string | undefined;
  /** `_footer.md` */
  readonly footer?: string | undefined;
  /** Bicep: what the sources of the module call, those of its own files included. */
  readonly calls?: readonly ModuleCall[] | undefined;
  /** Where the README lies, for what is said about it. */
  readonly path?: string | undefined;
}

/**
 * The README of a module brought up to date; everything that is not made from the module stays as it is. In a README of
 * the form that AVM has for Bicep the sections are found by their headings, in others between two marks, which a README
 * without them gets at its end.
 * @throws ASH-README-MARKS when it cannot be told what stands between the marks
 */
export function updateReadme(
  readme: string | undefined,
  module: Module,
  name: string,
  frame: Frame = {},
): string {
  const newline = readme?.includes('\r\n') ? '\r\n' : '\n';
  const text = (readme ?? (frame.header === undefined ? startOf(module, name) : '')).replaceAll('\r\n', '\n');
  const marks = module.language === 'bicep' ? bicepMarks : terraformMarks;
  const updated =
    module.language === 'bicep' && isAvmReadme(text)
      ? withSections(text, shownSections(module, frame.calls))
      : withBlock(text, withoutMarks(framed(moduleSections(module), frame), marks), marks, frame.path);
  return newline === '\n' ? updated : updated.replaceAll('\n', newline);
}

function framed(content: string, { header = '', footer = '' }: Frame): string {
  return [header, content, footer]
    .map((text) => text.replaceAll('\r\n', '\n').trim())
    .filter((text) => text !== '')
    .join('\n\n');
}

function startOf({ name: own, description }: Module, name: string): string {
  return `# ${markdownText(own ?? name)}\n${description === undefined ? '' : `\n${markdownText(description)}\n`}`;
}

function sectionText({ title, lines }: Section): string {
  return `## ${title}\n\n${lines.join('\n').trim()}`;
}

/** Its title names the type of its resource: `# Key Vaults `[Microsoft.KeyVault/vaults]``. */
function isAvmReadme(text: string): boolean {
  return /^# .+ `\[.+\]`/.test(text) && markLines(text, bicepMarks).length === 0;
}

function withBlock(text: string, content: string, marks: Marks, path = 'README.md'): string {
  const block = `${marks.begin}\n${content}\n${marks.end}`;
  const found = markLines(text, marks);
  if (found.length === 0) return `${text.trimEnd()}${text.trim() === '' ? '' : '\n\n'}${block}\n`;
  const problem = problemOf(found, marks);
  if (problem !== undefined) throw ashlarError('ASH-README-MARKS', { path, ...problem });
  const [begin, end] = found as [MarkLine, MarkLine];
  return text.slice(0, begin.start) + block + text.slice(end.end);
}

interface MarkLine {
  readonly mark: string;
  /** From 1. */
  readonly line: number;
  readonly start: number;
  readonly end: number;
}

/** The lines that are a mark and nothing else: within a line it may be part of what is written about the module. */
function markLines(text: string, { begin, end }: Marks): MarkLine[] {
  const found: MarkLine[] = [];
  let start = 0;
  for (const [index, content] of text.split('\n').entries()) {
    const mark = content.trim();
    const stop = start + content.length;
    if (mark === begin || mark === end) found.push({ mark, line: index + 1, start, end: stop });
    start = stop + 1;
  }
  return found;
}

/** What is wrong with marks that are not one pair: a guess would replace text that somebody wrote. */
function problemOf(
  [first, second, third]: readonly MarkLine[],
  { begin, end }: Marks,
): { line: number; reason: string } | undefined {
  if (first!.mark === end) {
    const reason = `${end} has no ${begin} before it`;
    return { line: first!.line, reason };
  }
  if (second === undefined) return { line: first!.line, reason: `${begin} has no ${end} behind it` };
  if (second.mark === begin) {
    return {
      line: second.line,
      reason: `${begin} stands there again, and the one of line ${first!.line} has no ${end}`,
    };
  }
  if (third === undefined) return undefined;
  return { line: third.line, reason: `${third.mark} stands there again` };
}

/** What a module says about itself must not end the block that it stands in. */
function withoutMarks(content: string, { begin, end }: Marks): string {
  return content
    .split('\n')
    .map((line) => ([begin, end].includes(line.trim()) ? line.replace('<', '&lt;') : line))
    .join('\n');
}

/** The order of all sections of AVM's modules; those that are not made from the module keep their place in it. */
const avmOrder = [
  'Navigation',
  'Resource Types',
  'Usage examples',
  'Parameters',
  'Exported functions',
  'Outputs',
  'Cross-referenced modules',
  'Notes',
  'Data Collection',
];

const made = ['Resource Types', 'Parameters', 'Exported functions', 'Outputs', 'Cross-referenced modules'];

function withSections(text: string, sections: readonly Section[]): string {
  const { head, parts } = splitSections(text);
  const kept = parts.filter(({ title }) => !made.includes(title));
  const written = sections.map(({ title, lines }) => {
    const old = parts.find((part) => part.title === title)?.text ?? '';
    return { title, text: sectionText({ title, lines: keepRemarks(old, lines) }) };
  });
  const all = [...kept, ...written];
  const titles = parts.map(({ title }) => title);
  const rank = (title: string): number => {
    const place = avmOrder.indexOf(title);
    if (place >= 0) return place;
    // What AVM does not know stays behind the section that it followed.
    const before = titles.slice(0, titles.indexOf(title)).findLast((each) => avmOrder.includes(each));
    return before === undefined ? -1 : avmOrder.indexOf(before) + 0.5;
  };
  const sorted = all.toSorted((a, b) => rank(a.title) - rank(b.title));
  return `${[head, ...sorted.map((part) => part.text)].map((part) => part.trimEnd()).join('\n\n')}\n`;
}

/** Splits at headings of the second level that stand outside of code. */
function splitSections(text: string): { head: string; parts: { title: string; text: string }[] } {
  const parts: { title: string; lines: string[] }[] = [{ title: '', lines: [] }];
  let fence = '';
  for (const line of text.split('\n')) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (mark !== undefined && fence === '') fence = mark;
    else if (mark !== undefined && mark.startsWith(fence)) fence = '';
    const title = fence === '' ? /^## (.+?)\s*$/.exec(line)?.[1] : undefined;
    if (title === undefined) parts.at(-1)!.lines.push(line);
    else parts.push({ title, lines: [line] });
  }
  const [head, ...rest] = parts.map(({ title, lines }) => ({ title, text: lines.join('\n') }));
  return { head: head!.text, parts: rest };
}
