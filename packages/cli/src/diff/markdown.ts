import { changeClasses } from '@ashlar/core/change';
import { markdownText } from '@ashlar/core/docs';

import { classTitles, isRefused, sideText, usesText, verdictLines } from './comparison-lines.ts';
import type { Comparison } from './comparison.ts';

/** As many changes of a class as a comment of a pull request can hold. */
const maxShown = 100;

/** A comparison as a comment of a pull request. */
export function comparisonMarkdown(comparison: Comparison): string {
  const { before, after, changes, honest } = comparison;
  const mark = isRefused(comparison) ? '❌ ' : honest === 'honest' ? '✅ ' : '';
  const groups = changeClasses.flatMap((each) => {
    const found = changes.filter((change) => change.class === each);
    if (found.length === 0) return [];
    const items = found.slice(0, maxShown).map((change) => {
      const used = change.uses === undefined ? '' : `<br>used by ${markdownText(usesText(change))}`;
      return `- ${markdownText(change.message)}${used}`;
    });
    const more = found.length > maxShown ? [`- and ${found.length - maxShown} more`] : [];
    const isMinor = each === 'internal';
    const title = `${classTitles[each]} (${found.length})`;
    return isMinor
      ? ['', `<details><summary>${title}</summary>`, '', ...items, ...more, '', '</details>']
      : ['', `#### ${title}`, '', ...items, ...more];
  });
  return [
    `### ${mark}${markdownText(sideText(before))} → ${markdownText(sideText(after))}`,
    '',
    verdictLines(comparison).map(markdownText).join('<br>'),
    ...(changes.length === 0 ? ['', 'Nothing changed that users could see.'] : groups),
  ].join('\n');
}
