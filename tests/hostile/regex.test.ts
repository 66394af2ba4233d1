import { limits } from '@ashlar/core';
import { describe, expect, it } from 'vitest';

import { processorTime } from '../support/processor-time.ts';
import { productRegexes, worstTexts } from './regex.ts';

const long = 100_000;
/** Milliseconds of processor time. */
const most = 50;

/** Patterns that only ever see what is shorter, and why. */
const shorter: readonly (readonly [place: RegExp, length: number])[] = [
  // A paragraph of a README.
  [/core\/src\/module\/readme\.ts: \/\\\[/, limits.summaryParagraph.value / 4],
  // What is left of it.
  [/core\/src\/module\/readme\.ts: \/\\s\+\\S/, limits.summary.value],
  // The reason of a deprecation.
  [/registry\/src\/catalogue\/state\.ts/, limits.reason.value],
  // A field of a tar header.
  [/registry\/src\/intake\/read-tar\.ts/, 12],
  // What a program of this machine says about its version, to the person that started it.
  [/cli\/src\/doctor\/program\.ts/, 1_000],
];

const found = productRegexes();

it('finds the regular expressions of the product', () => {
  expect(found.length).toBeGreaterThan(100);
});

function lengthOf(place: string): number {
  return shorter.find(([pattern]) => pattern.test(place))?.[1] ?? long;
}

/** The first text that takes long, three times: what else the machine does is not the pattern's fault. */
function slowText(regex: RegExp, length: number): string | undefined {
  const isSlow = (text: string) => {
    const taken = processorTime();
    text.replace(regex, '');
    return taken() > most;
  };
  for (const text of worstTexts(regex, length)) {
    if (isSlow(text) && isSlow(text) && isSlow(text)) return `${text.slice(0, 20)}…`;
  }
  return undefined;
}

describe('P9: no text of 100 KB takes long', () => {
  it.each(found)('$place', { timeout: 60_000 }, ({ regex, place }) => {
    expect(slowText(regex, lengthOf(place))).toBeUndefined();
  });
});
