import { type Change, type ChangeClass, changeClasses } from '@ashlar/core/change';

import type { Output } from '../output.ts';
import type { ComparedSide, Comparison } from './comparison.ts';

/** What a heading says about a class of changes. */
export const classTitles: Readonly<Record<ChangeClass, string>> = {
  breaking: 'Breaking: what worked before does not work any more',
  behaviour: 'Behaviour: everything still works and does something else',
  additive: 'Additive: more is possible',
  internal: 'Internal: nobody outside notices',
};

const styles = { breaking: 'red', behaviour: 'yellow', additive: 'green', internal: 'dim' } as const;

/** A comparison for a person: the changes by class, then which version number they deserve. */
export function comparisonLines(comparison: Comparison, output: Output): string[] {
  const { before, after, changes } = comparison;
  const groups = changeClasses.flatMap((each) => {
    const found = changes.filter((change) => change.class === each);
    if (found.length === 0) return [];
    return [
      '',
      output.style(styles[each], `${classTitles[each]} (${found.length})`),
      ...found.flatMap(changeLines),
    ];
  });
  return [
    `${sideText(before)} → ${sideText(after)}`,
    ...(changes.length === 0 ? ['', 'Nothing changed that users could see.'] : groups),
    '',
    ...verdictLines(comparison),
  ];
}

function changeLines(change: Change): string[] {
  return [`  ${change.message}`, ...(change.uses === undefined ? [] : [`    used by ${usesText(change)}`])];
}

/** A type can be used in very many places. */
export function usesText({ uses = [], moreUses = 0 }: Pick<Change, 'uses' | 'moreUses'>): string {
  const shown = uses.slice(0, 8).join(', ');
  const more = Math.max(uses.length - 8, 0) + moreUses;
  return more === 0 ? shown : `${shown} and ${more} more`;
}

export function sideText({ ref, version }: ComparedSide): string {
  return version === null || ref.endsWith(version) ? ref : `${ref} (${version})`;
}

/** A few sentences: what is honest, and what was declared. */
export function verdictLines({ verdict, declared, honest, before, after }: Comparison): string[] {
  const rule = before.version?.startsWith('0.')
    ? ' (before 1.0.0 the minor number stands for breaking changes)'
    : '';
  const deserved = `Verdict: this is a ${verdict} version${rule}.`;
  const unread = [before, after].filter(({ problems }) => problems > 0).map(({ ref }) => ref);
  const caveat =
    unread.length === 0
      ? []
      : [`The verdict is not to be relied on: ${unread.join(' and ')} cannot be read wholly.`];
  return [deserved, ...declaredLines(declared, honest, after), ...caveat];
}

function declaredLines(
  declared: Comparison['declared'],
  honest: Comparison['honest'],
  { version }: ComparedSide,
): string[] {
  if (declared === null) {
    return honest === null ? [] : [`Declared: none; ${version} was not raised, which is too small.`];
  }
  const said = {
    'too small': ', which is too small',
    honest: ', which is honest',
    'larger than needed': ', which is larger than needed',
  } as const;
  return [`Declared: ${declared}${honest === null ? '' : said[honest]}.`];
}

/** Whether a pipeline should stop here: the number is too small, or nothing can be said about it. */
export function isRefused({ honest, before, after }: Comparison): boolean {
  return honest === 'too small' || before.problems > 0 || after.problems > 0;
}
