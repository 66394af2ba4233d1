import { parseHcl } from '@ashlar/core';

import type { Probe } from './probe.ts';

/** The problems that are told of a file. */
const told = (text: string) => parseHcl(text).problems;

export const syntaxProbes = {
  syntaxText: (length) => (told(' '.repeat(length)).length === 0 ? undefined : 'problem'),
  syntaxDepth: (depth) => {
    const nested = '['.repeat(depth - 1) + '1' + ']'.repeat(depth - 1);
    const row = Array.from({ length: depth }, () => '1').join(' + ');
    const problems = [nested, row].map((text) => told(`a = ${text}`).length);
    if (problems[0] !== problems[1]) throw new Error('brackets and operators are judged differently');
    return problems[0] === 0 ? undefined : 'problem';
  },
  syntaxProblems: (count) => (told('a = $\n'.repeat(count)).length === count ? undefined : 'cut'),
} satisfies Readonly<Record<string, Probe>>;
