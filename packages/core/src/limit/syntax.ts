import type { Limit } from './limit.ts';

const MiB = 1024 * 1024;

/** What the parsers of modules take. A text that is past one of these has a problem at that place. */
export const syntaxLimits = {
  syntaxText: {
    value: 16 * MiB,
    unit: 'characters',
    bounds: 'A file in the language of a module',
    where: 'reading a module',
    past: 'problem',
  },
  syntaxDepth: {
    value: 250,
    unit: 'entries',
    bounds: 'Levels of nesting in a file, such as brackets in brackets or operators in a row',
    where: 'reading a module',
    past: 'problem',
  },
  syntaxProblems: {
    value: 100,
    unit: 'entries',
    bounds: 'Problems of a file that are told',
    where: 'reading a module',
    past: 'cut',
  },
} as const satisfies Record<string, Limit>;
