import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { networkTerraform, vaultBicep, vaultTemplate, workplace } from './command.ts';

const place = workplace();

beforeAll(() => {
  place.write({
    'old/main.tf': networkTerraform,
    'new/main.tf': networkTerraform
      .replace('variable "name"', 'variable "title"')
      .replace('var.name', 'var.title'),
    'more/main.tf': `${networkTerraform}\nvariable "zone" {\n  type    = string\n  default = null\n}\n`,
    'vault/main.bicep': vaultBicep,
    'both/main.bicep': vaultBicep,
    'both/main.json': vaultTemplate,
    'template/main.json': vaultTemplate,
    'stale/main.bicep': `${vaultBicep}\nparam more string?\n`,
    'stale/main.json': vaultTemplate,
    'broken/main.tf': 'variable "name" {\n  type = \n}\n',
    'avm/old/main.bicep': vaultBicep,
    'avm/old/version.json': '{"version": "0.4"}',
    'avm/new/main.bicep': vaultBicep.replace(
      'param location string = resourceGroup().location',
      'param location string',
    ),
    'avm/new/version.json': '{"version": "0.4"}',
    'avm/next/main.bicep': vaultBicep.replace(
      'param location string = resourceGroup().location',
      'param location string',
    ),
    'avm/next/version.json': '{"version": "0.5"}',
  });
});
afterAll(() => place.remove());

async function diff(...args: string[]) {
  const { exitCode, stdout, stderr } = await place.ashlar(['diff', ...args]);
  return { exitCode, stdout, stderr };
}

describe('the verdict', () => {
  const versions = (from: string, to: string) => ['--old-version', from, '--new-version', to];

  it.each([
    ['too small', ['old', 'new', ...versions('1.2.0', 'v1.3')], 1, 'major', 'minor'],
    ['honest', ['old', 'new', ...versions('1.2.0', '2.0.0')], 0, 'major', 'major'],
    ['honest', ['old', 'new', ...versions('0.2.0', '0.3.0')], 0, 'minor', 'minor'],
    ['larger than needed', ['old', 'more', ...versions('1.2.0', '2.0.0')], 0, 'minor', 'major'],
    ['honest', ['old', 'old', ...versions('1.2.0', '1.2.1')], 0, 'patch', 'patch'],
    [null, ['old', 'new'], 0, 'major', null],
    [null, ['old', 'new', ...versions('1.2.0', '1.1.0')], 0, 'major', null],
    ['too small', ['old', 'new', ...versions('1.2.0', '1.2.0')], 1, 'major', null],
    ['too small', ['old', 'more', ...versions('1.2.0-rc.1', '1.2.0-rc.1')], 1, 'minor', null],
    [null, ['old', 'old', ...versions('1.2.0', '1.2.0')], 0, 'patch', null],
    [null, ['old', 'broken', ...versions('1.2.0', '2.0.0')], 1, 'major', 'major'],
    [null, ['broken', 'broken', ...versions('1.2.0', '1.2.0')], 1, 'patch', null],
    [null, ['broken', 'old'], 1, 'major', null],
    ['too small', ['both', 'stale', ...versions('1.2.0', '1.2.1')], 1, 'minor', 'patch'],
    ['honest', ['both', 'stale', ...versions('1.2.0', '1.3.0')], 0, 'minor', 'minor'],
    ['too small', ['avm/old', 'avm/new'], 1, 'minor', 'patch'],
    ['honest', ['avm/old', 'avm/next'], 0, 'minor', 'minor'],
  ])('%s: %j', async (honest, args, exitCode, verdict, declared) => {
    const result = await diff(...args, '--json');

    expect([result.exitCode, JSON.parse(result.stdout)]).toMatchObject([
      exitCode,
      { verdict, declared, honest },
    ]);
  });

  it('says when the new version is not later', async () => {
    const { stderr } = await diff('old', 'new', ...versions('1.2.0', '1.1.0'));

    expect(stderr).toBe('warning: 1.1.0 is not later than 1.2.0; no bump is declared.\n');
  });

  it('says when a version was not raised', async () => {
    const { stdout, stderr } = await diff('old', 'more', ...versions('1.2.0', '1.2.0'));

    expect(stderr).toBe('warning: 1.2.0 was not raised, and there are changes.\n');
    expect(stdout).toContain('\nDeclared: none; 1.2.0 was not raised, which is too small.\n');
  });

  it('says when a side cannot be read wholly, in every form', async () => {
    const [text, json, markdown, sarif] = await Promise.all(
      [[], ['--json'], ['--markdown'], ['--sarif']].map(
        async (form) => await diff('old', 'broken', ...versions('1.2.0', '2.0.0'), ...form),
      ),
    );

    const words = 'The verdict is not to be relied on: broken cannot be read wholly.';
    expect(text!.stdout).toContain(`Declared: major.\n${words}\n`);
    expect(JSON.parse(json!.stdout)).toMatchObject({ before: { problems: 0 }, after: { problems: 2 } });
    expect(markdown!.stdout).toMatch(/^### ❌ /);
    expect(markdown!.stdout).toContain(words);
    expect(JSON.parse(sarif!.stdout).runs[0].properties.honest).toBe(null);
    for (const { exitCode, stderr } of [text!, json!, markdown!, sarif!]) {
      expect([exitCode, stderr]).toEqual([
        1,
        expect.stringMatching(
          /^warning: broken cannot be read wholly, so the verdict is not to be relied on: main\.tf:2:10: /,
        ),
      ]);
    }
  });

  it('only warns when a template was not compiled again', async () => {
    const { exitCode, stderr } = await diff('vault', 'stale', ...versions('1.2.0', '1.3.0'));

    expect([exitCode, stderr]).toEqual([
      0,
      expect.stringMatching(
        /^warning: stale has problems, so changes may be missing: main\.bicep:17:7: main\.json is out of date/,
      ),
    ]);
  });
});

describe('what is printed', () => {
  it('names both sides and each change', async () => {
    const { stdout } = await diff('old', 'more', '--json', '--old-version', '1.0.0');

    expect(JSON.parse(stdout)).toEqual({
      before: {
        ref: 'old',
        version: '1.0.0',
        language: 'terraform',
        class: null,
        form: 'source',
        problems: 0,
      },
      after: { ref: 'more', version: null, language: 'terraform', class: null, form: 'source', problems: 0 },
      changes: [
        expect.objectContaining({
          class: 'additive',
          kind: 'added',
          path: 'inputs.zone',
          rule: 'input-optional-added',
        }),
      ],
      verdict: 'minor',
      declared: null,
      honest: null,
    });
  });

  it('is as the published schemas say', async () => {
    const schemas = ['module', 'diff'].map((name) => {
      const file = resolve(import.meta.dirname, `../../docs/reference/${name}.schema.json`);
      return new Ajv2020({ allowUnionTypes: true }).compile(JSON.parse(readFileSync(file, 'utf8')));
    });
    const printed = [
      await place.ashlar(['inspect', 'both', '--json']),
      await diff('both', 'avm/new', '--json', '--new-version', '1.0.0'),
    ];

    const problems = printed.map(({ stdout }, index) => {
      schemas[index]!(JSON.parse(stdout));
      return schemas[index]!.errors;
    });
    expect(problems).toEqual([null, null]);
  });

  it('is for a person: by class, then the verdict', async () => {
    const { stdout } = await diff('old', 'new', '--old-version', '1.0.0', '--new-version', '1.0.1');

    expect(stdout).toMatch(/^old \(1\.0\.0\) → new \(1\.0\.1\)\n\nBreaking: .+ \(1\)\n {2}inputs\.name: /);
    expect(stdout).toMatch(
      /\n\nVerdict: this is a major version\.\nDeclared: patch, which is too small\.\n$/,
    );
  });

  it('says that nothing changed', async () => {
    const { stdout } = await diff('old', 'old');

    expect(stdout).toBe(
      'old → old\n\nNothing changed that users could see.\n\nVerdict: this is a patch version.\n',
    );
  });

  it('is a comment for a pull request, in which names are no Markdown', async () => {
    place.write({ 'odd_*_name/main.tf': `${networkTerraform}\nvariable "a_b_c" {}\n` });
    const { stdout } = await diff(
      'old',
      'odd_*_name',
      '--markdown',
      '--old-version',
      '1.0.0',
      '--new-version',
      '1.1.0',
    );

    expect(stdout).toContain(String.raw`### ❌ old (1.0.0) → odd\_\*\_name (1.1.0)`);
    expect(stdout).toContain(String.raw`- inputs.a\_b\_c: `);
  });

  it('is SARIF, with rules and with places in the new version', async () => {
    const { stdout } = await diff('old', 'more', '--sarif');

    const { version, runs } = JSON.parse(stdout);
    expect([version, runs.length]).toEqual(['2.1.0', 1]);
    expect(runs[0].tool.driver.rules).toMatchObject([
      { id: 'input-optional-added', defaultConfiguration: { level: 'note' } },
    ]);
    expect(runs[0].results).toEqual([
      {
        ruleId: 'input-optional-added',
        ruleIndex: 0,
        level: 'note',
        message: { text: expect.stringContaining('inputs.zone') },
        locations: [
          {
            physicalLocation: {
              artifactLocation: { uri: 'more/main.tf' },
              region: { startLine: 20, startColumn: 10 },
            },
          },
        ],
        properties: { path: 'inputs.zone' },
      },
    ]);
  });
});

describe('forms', () => {
  it('are equal where they can be', async () => {
    const [sources, templates] = await Promise.all([
      diff('vault', 'both', '--json'),
      diff('both', 'template', '--json'),
    ]);

    expect([JSON.parse(sources.stdout), sources.stderr]).toMatchObject([
      { before: { form: 'source' }, after: { form: 'source' }, changes: [] },
      '',
    ]);
    expect([JSON.parse(templates.stdout), templates.stderr]).toMatchObject([
      { before: { form: 'compiled' }, after: { form: 'compiled' }, changes: [] },
      '',
    ]);
  });

  it('that differ are told', async () => {
    const { stderr } = await diff('vault', 'template');

    expect(stderr).toBe(
      'warning: Of vault the source form is compared with the compiled form of template: some changes may be none.\n',
    );
  });

  it('of two languages are not compared', async () => {
    const { exitCode, stderr } = await diff('old', 'vault');

    expect([exitCode, stderr]).toEqual([
      2,
      'error: old is a terraform module and vault a bicep module. Only two of one language can be compared.\ncode: ASH-USAGE\n',
    ]);
  });
});
