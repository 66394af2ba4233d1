import { fileURLToPath } from 'node:url';

import { expect, it } from 'vitest';

import { run } from '../tests/support/run.ts';
import { describeWithTool } from '../tests/support/tool.ts';

/** Runs the short form of a benchmark. Which aims it meets says nothing here: tests share the machine. */
async function quick(name: string, ...args: string[]): Promise<string> {
  const script = fileURLToPath(new URL(`${name}.ts`, import.meta.url));
  const { exitCode, stdout, stderr } = await run(process.execPath, [script, '--quick', ...args], {
    timeout: 110_000,
  });
  expect({ exitCode, stderr }).toEqual({ exitCode: expect.toBeOneOf([0, 1]), stderr: expect.any(String) });
  return stdout;
}

const patience = 120_000;

describeWithTool(['wrk', 'docker-registry'], 'benchmarks beside CNCF distribution', () => {
  it(
    'measure pulls',
    async () => {
      expect(await quick('pull', '--only', 'of 1 KB')).toMatch(
        /^\| blob of 1 KB +\| 16 .* × \(aim ≥ 3 ×\).* × \(aim ≥ 0.8 ×\).*\n\| manifest of 1 KB .*\n\n(?:4 aims, all met|\d of 4 aims missed)$/m,
      );
    },
    patience,
  );

  it(
    'measure pushes',
    async () => {
      expect(await quick('push', '--only', 'of 1 KB')).toMatch(
        /^\| blob of 1 KB +\| 16 .* × \(aim ≥ 2 ×\).* × \(aim ≥ 0.7 ×\)/m,
      );
    },
    patience,
  );
});

describeWithTool(['wrk'], 'benchmarks with wrk', () => {
  it(
    'measure lists',
    async () => {
      expect(await quick('lists')).toMatch(
        /^\| tags of a module .* ms \(aim ≤ 20 ms\)[\s\S]*^\| versions of a module .*[\s\S]*^\| memory, .* × \(aim ≤ 1.2 ×\)/m,
      );
    },
    patience,
  );
});

describeWithTool(['terraform'], 'the benchmark with terraform', () => {
  it(
    'measures inits',
    async () => {
      expect(await quick('terraform')).toMatch(/^\| 5 modules, 1 at once .* × \(aim ≤ 1.2 ×\)/m);
    },
    patience,
  );
});
