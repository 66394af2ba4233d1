import { limits } from '../limit/index.ts';

const maxLength = limits.summary.value;

/**
 * One line about a module from its README in Markdown: the first paragraph of text, without marks, cut at a word when
 * it is long; empty when there is none. Headings, comments, badges, lists, tables, quotes and code are passed over.
 */
export function readmeSummary(markdown: string): string {
  const text = markdown
    .slice(0, limits.summarySource.value)
    .replaceAll('\r\n', '\n')
    .replaceAll(/<!--[\s\S]*?(?:-->|$)/g, '')
    .replaceAll(/^(```|~~~)[\s\S]*?(?:^\1|$(?![\s\S]))/gm, '');
  for (const block of text.split(/\n\s*\n/)) {
    const summary = paragraphText(block.trim().slice(0, limits.summaryParagraph.value));
    if (summary !== '') return shorten(summary);
  }
  return '';
}

function paragraphText(block: string): string {
  // A heading may stand right above its text.
  const lines = block
    .replace(/^.*\n[=-]{3,}[ \t]*(?:\n|$)/, '')
    .split('\n')
    .filter((line) => !/^\s*#{1,6}\s/.test(line));
  if (/^\s*(?:[-*+>|<]|\d+[.)]\s| {4}|\[[^\]]+\]:)/.test(lines[0] ?? '')) return '';
  return lines
    .join(' ')
    .replaceAll(/\[?!\[[^\]]*\]\([^)]*\)(?:\]\([^)]*\))?/g, '')
    .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replaceAll(/[*_`]{1,3}(?=\S)|(?<=\S)[*_`]{1,3}/g, (mark, at: number, whole: string) =>
      mark.startsWith('_') && /\w/.test(whole[at - 1] ?? '') && /\w/.test(whole[at + mark.length] ?? '')
        ? mark
        : '',
    )
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function shorten(text: string): string {
  if (text.length <= maxLength) return text;
  return `${text.slice(0, maxLength).replace(/\s+\S*$/, '')}…`;
}
