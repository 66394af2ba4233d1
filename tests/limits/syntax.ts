import { parseBicep } from '@ashlar/core';

import type { Probe } from './probe.ts';

/** The problems that are told of a file. */
const told = (text: string) => parseBicep(text).problems;

export const syntaxProbes = {
  syntaxText: (length) => (told(' '.repeat(length)).length === 0 ? undefined : 'problem'),
  syntaxDepth: (depth) => {
    const nested = '['.repeat(depth) + ']'.repeat(depth);
    const row = `a${'.b'.repeat(depth - 1)}`;
    const texts = [`var x = ${nested}`, `type x = ${nested}`, `var x = ${row}`];
    const sound = texts.filter((text) => told(text).length === 0).length;
    if (sound !== 0 && sound !== texts.length) throw new Error('they are judged differently');
    return sound === 0 ? 'problem' : undefined;
  },
  syntaxProblems: (count) => (told('x\n'.repeat(count)).length === count ? undefined : 'cut'),
} satisfies Readonly<Record<string, Probe>>;
