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

/** One or two sentences: what is honest, and what was declared. */
export function verdictLines({ verdict, declared, honest, before }: Comparison): string[] {
  const rule = before.version?.startsWith('0.')
    ? ' (before 1.0.0 the minor number stands for breaking changes)'
    : '';
  const deserved = `Verdict: this is a ${verdict} version${rule}.`;
  if (declared === null) return [deserved];
  const said = {
    'too small': `Declared: ${declared}, which is too small.`,
    honest: `Declared: ${declared}, which is honest.`,
    'larger than needed': `Declared: ${declared}, which is larger than needed.`,
  } as const;
  return [deserved, said[honest ?? 'honest']];
}
