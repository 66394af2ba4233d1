import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from './run.ts';
import { requireTool } from './tool.ts';

const vitest = join(import.meta.dirname, '../../node_modules/vitest/vitest.mjs');
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'ashlar-tool-'));
  writeFileSync(join(folder, 'tofu'), '#!/bin/sh\n');
  chmodSync(join(folder, 'tofu'), 0o755);
  writeFileSync(join(folder, 'bicep'), 'not a program');
  mkdirSync(join(folder, 'skopeo'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('requireTool', () => {
  it('finds a program in PATH and nothing else', () => {
    const before = process.env['PATH'];
    process.env['PATH'] = folder;
    try {
      expect(requireTool('tofu')).toBe(join(folder, 'tofu'));
      expect(requireTool('bicep')).toBeUndefined();
      expect(requireTool('skopeo')).toBeUndefined();
    } finally {
      process.env['PATH'] = before;
    }
  });
});

describe('describeWithTool', () => {
  // A run of vitest on a suite in a folder of its own, because a skip must be seen from outside.
  it('runs with the tool, and without it skips with one printed reason', { timeout: 60_000 }, async () => {
    const suite = join(folder, 'suite.test.ts');
    writeFileSync(
      suite,
      `import { expect, it } from ${JSON.stringify(import.meta.resolve('vitest'))};
       import { describeWithTool } from ${JSON.stringify(join(import.meta.dirname, 'tool.ts'))};
       describeWithTool('tofu', 'present', ({ tofu }) => it('runs', () => expect(tofu).toMatch(/tofu$/)));
       describeWithTool(['tofu', 'bicep'], 'one missing', () => it('never', () => expect.fail()));
       describeWithTool(['bicep'], 'missing again', () => it('never', () => expect.fail()));`,
    );
    writeFileSync(join(folder, 'vitest.config.mjs'), `export default { test: { include: ['*.test.ts'] } };`);
    const report = join(folder, 'report.json');
    const flags = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`];

    const result = await run(process.execPath, [vitest, ...flags], { cwd: folder, env: { PATH: folder } });

    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    expect(result.stdout.match(/^skipped: bicep is not in PATH$/gm)).toHaveLength(1);
    const { testResults } = JSON.parse(readFileSync(report, 'utf8'));
    const tests = testResults[0].assertionResults.map(({ fullName, status }: Record<string, string>) => ({
      fullName,
      status,
    }));
    expect(tests).toEqual([
      { fullName: 'present runs', status: 'passed' },
      { fullName: 'one missing skipped: bicep is not in PATH', status: 'skipped' },
      { fullName: 'missing again skipped: bicep is not in PATH', status: 'skipped' },
    ]);
  });
});
