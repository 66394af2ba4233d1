import { expect, it } from 'vitest';

import { processorTime } from '../../../../tests/support/processor-time.ts';
import { readmeSummary } from './readme.ts';

it.each([
  ['', ''],
  ['# Title\n', ''],
  [
    '# Title\n\nDeploys **one** `network`, see [docs](https://x.example).\n\nMore.',
    'Deploys one network, see docs.',
  ],
  ['# Title\nText right below.\n', 'Text right below.'],
  ['Title\n=====\n\nA module.\n', 'A module.'],
  [
    '<!-- BEGIN -->\n# T\n\n[![badge](a.svg)](b)\n\n> note\n\n- item\n\nAt last,\non two lines.',
    'At last, on two lines.',
  ],
  ['# T\n\n```hcl\nmodule "x" {}\n\nx\n```\n\nAfter the code.', 'After the code.'],
  ['| a | b |\n|---|---|\n\nKeeps snake_case_names.', 'Keeps snake_case_names.'],
  ['# T\r\n\r\nWindows lines.\r\n', 'Windows lines.'],
])('summary of %j', (markdown, summary) => {
  expect(readmeSummary(markdown)).toBe(summary);
});

it('cuts a long paragraph at a word', () => {
  const summary = readmeSummary('word '.repeat(100));

  expect(summary).toBe(`${'word '.repeat(59)}word…`);
  expect(summary.length).toBeLessThanOrEqual(300);
});

it.each(['[!', '![](', '['])('loses no time over %j without end', (mark) => {
  const taken = processorTime();

  readmeSummary(`text ${mark.repeat(20_000 / mark.length)}`);

  expect(taken()).toBeLessThan(1_000);
});
