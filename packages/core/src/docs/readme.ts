import type { Module } from '../module/model.ts';
import { bicepSections, type Section } from './bicep-readme.ts';
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
  if (module.language === 'terraform') return terraformSections(module);
  return bicepSections(module).map(sectionText).join('\n\n');
}

/** Texts that terraform-docs puts before and after its sections, as AVM's modules have them in `_header.md` and `_footer.md`. */
export interface Frame {
  readonly header?: string | undefined;
  readonly footer?: string | undefined;
}

/**
 * The README of a module brought up to date; everything that is not made from the module stays as it is. In a README of
 * the form that AVM has for Bicep the sections are found by their headings, in others between two marks, which a README
 * without them gets at its end.
 */
export function updateReadme(
  readme: string | undefined,
  module: Module,
  name: string,
  frame: Frame = {},
): string {
  const newline = readme?.includes('\r\n') ? '\r\n' : '\n';
  const text = (readme ?? (frame.header === undefined ? startOf(module, name) : '')).replaceAll('\r\n', '\n');
  const updated =
    module.language === 'bicep' && isAvmReadme(text)
      ? withSections(text, bicepSections(module))
      : withBlock(
          text,
          framed(moduleSections(module), frame),
          module.language === 'bicep' ? bicepMarks : terraformMarks,
        );
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
  return /^# .+ `\[.+\]`/.test(text) && lineOf(text, bicepMarks.begin, 0) < 0;
}

function withBlock(text: string, content: string, { begin, end }: Marks): string {
  const block = `${begin}\n${content}\n${end}`;
  const start = lineOf(text, begin, 0);
  const stop = start < 0 ? -1 : lineOf(text, end, start);
  if (stop >= 0) return text.slice(0, start) + block + text.slice(stop + end.length);
  return `${text.trimEnd()}${text.trim() === '' ? '' : '\n\n'}${block}\n`;
}

/** Where a line begins that is this mark and nothing else: within a line it may be part of what is written about the module. */
function lineOf(text: string, mark: string, from: number): number {
  for (let at = text.indexOf(mark, from); at >= 0; at = text.indexOf(mark, at + 1)) {
    const next = text.charAt(at + mark.length);
    if ((at === 0 || text.charAt(at - 1) === '\n') && (next === '' || next === '\n')) return at;
  }
  return -1;
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
