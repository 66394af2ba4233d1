import { compareText } from '../text/compare-text.ts';

/** Text that Markdown shows as it is: nothing in it becomes HTML, a link, emphasis or a new block. */
export function markdownText(text: string): string {
  return withoutTags(text.replaceAll(/\s+/g, ' ').trim()).replaceAll(/[\\`*_[\]|~]/g, String.raw`\$&`);
}

/** A description in a cell of a table: its Markdown stays, and nothing in it ends the cell or becomes HTML. */
export function cellText(text: string, lineBreak: string): string {
  return outsideCode(text.trim(), withoutTags)
    .replaceAll('|', String.raw`\|`)
    .replaceAll(/\r\n|\n|\r/g, lineBreak);
}

/** Code in a line, fenced by as many backticks as it takes. */
export function inlineCode(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return longest === 0 ? `${fence}${text}${fence}` : `${fence} ${text} ${fence}`;
}

/** Code in a block of its own, whatever fences it holds. */
export function codeBlock(language: string, text: string, indent = ''): string[] {
  const longest = Math.max(2, ...(text.match(/`{3,}/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  return [fence + language, ...text.split(/\r\n|\n|\r/), fence].map((line) => (indent + line).trimEnd());
}

/** Changes what stands outside of backticks. */
export function outsideCode(text: string, change: (part: string) => string): string {
  return text
    .split(/(`+)/)
    .reduce<{ parts: string[]; open: string }>(
      ({ parts, open }, part) => {
        const isFence = part.startsWith('`');
        const isCode = open !== '' && !isFence;
        parts.push(isFence || isCode ? part : change(part));
        if (!isFence) return { parts, open };
        return { parts, open: open === '' ? part : open === part ? '' : open };
      },
      { parts: [], open: '' },
    )
    .parts.join('');
}

/** Links in angle brackets stay links; a sign before a space or a number begins no tag. */
function withoutTags(text: string): string {
  return text
    .replaceAll(/<(?=[a-z/!?])(?!https?:\/\/[^\s<>]+>)/gi, '&lt;')
    .replaceAll(/&(?=#?\w+;)(?!lt;)/g, '&amp;');
}

/** The order of names that people expect: without case, ties by case. */
export function byName<Item extends { readonly name: string }>(items: readonly Item[]): Item[] {
  return items.toSorted(
    (a, b) => compareText(a.name.toLowerCase(), b.name.toLowerCase()) || compareText(a.name, b.name),
  );
}
