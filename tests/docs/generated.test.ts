import { readFile } from 'node:fs/promises';

import { expect, it } from 'vitest';

import { generatedPages } from '../../tools/docs/pages.ts';

it.each(generatedPages())(
  '$path is what the code says; run node tools/docs/generate.ts',
  async ({ path, text }) => {
    expect(await readFile(new URL(`../../${path}`, import.meta.url), 'utf8')).toBe(text);
  },
);
