import { parseBicep, parseHcl } from '@ashlar/core';

import type { PastLimit } from '@ashlar/core';

import type { Probe } from './probe.ts';

/** The problems that each parser tells of its text. */
const bicep = (text: string) => parseBicep(text).problems.length;
const hcl = (text: string) => parseHcl(text).problems.length;

export const syntaxProbes = {
  syntaxText: (length) =>
    sameOf(
      [bicep, hcl].map((problemsOf) => problemsOf(' '.repeat(length)) === 0),
      'problem',
    ),
  syntaxDepth: (depth) => {
    const nested = '['.repeat(depth) + ']'.repeat(depth);
    const tuple = '['.repeat(depth - 1) + '1' + ']'.repeat(depth - 1);
    const row = Array.from({ length: depth }, () => '1').join(' + ');
    const found = [
      bicep(`var x = ${nested}`),
      bicep(`type x = ${nested}`),
      bicep(`var x = a${'.b'.repeat(depth - 1)}`),
      hcl(`a = ${tuple}`),
      hcl(`a = ${row}`),
    ];
    return sameOf(
      found.map((count) => count === 0),
      'problem',
    );
  },
  syntaxProblems: (count) =>
    sameOf([bicep('x\n'.repeat(count)) === count, hcl('a = $\n'.repeat(count)) === count], 'cut'),
} satisfies Readonly<Record<string, Probe>>;

/** What happens when the texts do not pass. @throws when only some of them do */
function sameOf(passes: readonly boolean[], past: PastLimit): PastLimit | undefined {
  if (new Set(passes).size !== 1) throw new Error('the texts are judged differently');
  return passes[0] ? undefined : past;
}
