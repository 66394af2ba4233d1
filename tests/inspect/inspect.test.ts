import { execFileSync } from 'node:child_process';

import { packTarGz, packZip } from '@ashlar/registry/intake';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { describeWithTool } from '../support/tool.ts';
import { networkTerraform, vaultBicep, vaultTemplate, workplace } from './command.ts';

const place = workplace();
const module = [{ path: 'main.tf', executable: false, bytes: Buffer.from(networkTerraform) }];

beforeAll(async () => {
  const inFolder = module.map((file) => ({ ...file, path: `net-1.0.0/${file.path}` }));
  place.write({
    'avm/res/key-vault/vault/main.bicep': vaultBicep,
    'avm/res/key-vault/vault/main.json': vaultTemplate,
    'stale/main.bicep': `${vaultBicep}\nparam more string?\n`,
    'stale/main.json': vaultTemplate,
    'net/main.tf': networkTerraform,
    'net.zip': await packZip(module),
    'net.tgz': await packTarGz(inFolder),
    'broken/main.tf': 'variable "a" {\n  type = \n}\n\noutput "b" {\n  value = 1\n}\n',
    'rules/main.tf':
      'variable "rule" {\n  type = object({\n    name = string # Its name.\n    port = optional(number, 443)\n  })\n}\n',
    'empty/notes.txt': 'nothing',
    'parts/main.tf': 'module "a" {\n  source = "./internal/a"\n}\n',
    'parts/internal/a/main.tf': 'resource "terraform_data" "this" {}\n',
    'other/other.bicep': "import { t } from 'shared.bicep'\nparam x t\n",
    'other/shared.bicep': '@export()\ntype t = { a: int }\n',
    'not-a-template.json': '{"a": 1}',
  });
});
afterAll(() => place.remove());

/** The model that a command prints. */
async function model(ref: string) {
  const { exitCode, stdout, stderr } = await place.ashlar(['inspect', ref, '--json']);
  return { exitCode, stderr, model: JSON.parse(stdout) };
}

describe('a reference', () => {
  it.each([
    ['a folder with both forms', 'avm/res/key-vault/vault', 'bicep', 'compiled', 'resource'],
    ['its sources', 'avm/res/key-vault/vault/main.bicep', 'bicep', 'compiled', 'resource'],
    ['its compiled template', 'avm/res/key-vault/vault/main.json', 'bicep', 'compiled', 'resource'],
    ['another Bicep file', './other/other.bicep', 'bicep', 'source', null],
    ['a Terraform folder', 'net', 'terraform', 'source', null],
    ['a file of Terraform', 'net/main.tf', 'terraform', 'source', null],
    ['a zip', 'net.zip', 'terraform', 'source', null],
    ['a tar.gz with one folder at its root', 'net.tgz', 'terraform', 'source', null],
  ])('is %s', async (_, ref, language, form, moduleClass) => {
    expect(await model(ref)).toMatchObject({
      exitCode: 0,
      stderr: '',
      model: { model: 1, language, form, class: moduleClass, problems: [] },
    });
  });

  it('leads to the types of files beside it', async () => {
    const { model: found } = await model('other/other.bicep');

    expect(found.interface.types).toMatchObject([
      { name: 't', type: { kind: 'object', properties: [{ name: 'a', type: 'int' }] } },
    ]);
  });

  it.each([
    ['empty', 1, 'ASH-MODULE-MISSING'],
    ['not-a-template.json', 1, 'ASH-MODULE-MISSING'],
    ['empty/notes.txt', 1, 'ASH-ARCHIVE-FORMAT'],
    ['nowhere', 2, 'ASH-USAGE'],
    ['contoso/network/azurerm@1.0.0', 2, 'ASH-USAGE'],
    ['registry.example.com/contoso/network/azurerm', 2, 'ASH-USAGE'],
    ['terraform/contoso@1.0.0', 2, 'ASH-ADDRESS-INVALID'],
    ['br/contoso:vault:1.0.0', 2, 'ASH-USAGE'],
    ['br:registry.example.com/vault', 2, 'ASH-USAGE'],
    ['oci://registry.example.com/Vault', 2, 'ASH-USAGE'],
    ['git:HEAD', 2, 'ASH-USAGE'],
    ['127.0.0.1:9/contoso/network/azurerm@1.0.0', 4, 'ASH-UPSTREAM'],
  ])('that leads nowhere says so: %s', async (ref, exitCode, code) => {
    const result = await place.ashlar(['inspect', ref]);

    expect({ exitCode: result.exitCode, stdout: result.stdout }).toEqual({ exitCode, stdout: '' });
    expect(result.stderr).toMatch(new RegExp(`^error: .+\\ncode: ${code}\\n$`));
  });
});

describe('what is printed', () => {
  it('is for a person, required inputs first', async () => {
    const { exitCode, stdout } = await place.ashlar(['inspect', 'net']);

    expect(exitCode).toBe(0);
    expect(stdout).toBe(`net  module in Terraform

Inputs (2)
NAME  TYPE    DEFAULT   ABOUT
name  string  required  Name of the network.
size  number  24

Outputs (1)
NAME  TYPE  ABOUT
id    any   The id.

Resources (1)
TYPE
azurerm_virtual_network

Needs (1)
NAME
azurerm
`);
  });

  it('has modules that are called by path', async () => {
    const { exitCode, stdout } = await place.ashlar(['inspect', 'parts']);

    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/Called by path \(1\)\nPATH +RESOURCES +MODULES\ninternal\/a +1 +0\n/);
  });

  it('has a type of several lines on one', async () => {
    const { stdout } = await place.ashlar(['inspect', 'rules']);

    expect(stdout).toContain('object({ name = string, port = optional(number, 443) })');
  });

  it('shows problems with their places, and all that could be read', async () => {
    const { exitCode, stdout } = await place.ashlar(['inspect', 'broken']);

    expect(exitCode).toBe(1);
    expect(stdout).toMatch(/^Outputs \(1\)$/m);
    expect(stdout).toMatch(/^Problems \(\d\)\nmain\.tf:2:\d+: .+/m);
  });

  it('tells a template that was not compiled again', async () => {
    const { exitCode, stdout } = await place.ashlar(['inspect', 'stale']);

    expect(exitCode).toBe(1);
    expect(stdout).toContain('main.json is out of date: ');
  });

  it('is JSON Schema, TypeScript or Markdown on demand', async () => {
    const [schema, types, markdown] = await Promise.all(
      ['--schema', '--types', '--markdown'].map(
        async (form) => (await place.ashlar(['inspect', 'avm/res/key-vault/vault', form])).stdout,
      ),
    );

    expect(JSON.parse(schema!)).toMatchObject({ title: 'Vaults', required: ['name'] });
    expect(types).toContain('export interface Inputs {');
    expect(markdown).toContain('## Resource Types\n\n| Resource Type');
  });

  it('does not steer the terminal, whatever a module says', async () => {
    const hostile = '\u001B[2J\u009B8m\u0007\u202Eelur';
    place.write({
      'hostile/main.tf': `variable "name" {\n  description = "${hostile}"\n  default     = "${hostile}"\n}\n`,
      'hostile/more.tf': `variable "${hostile}" {\n  type = \n}\n`,
      'loud/main.tf': networkTerraform,
      'loud/README.md': `<!-- BEGIN_TF_DOCS -->\n${hostile}\n<!-- END_TF_DOCS -->\n`,
      'milder/main.tf': networkTerraform,
      [`${hostile}/main.tf`]: networkTerraform,
    });
    const printed = await Promise.all(
      [
        ['inspect', 'hostile'],
        ...['--json', '--schema', '--types', '--markdown'].map((form) => ['inspect', 'hostile', form]),
        ['inspect', hostile],
        ['inspect', `${hostile}/none`],
        ['inspect', `${hostile}/none`, '--json'],
        ['diff', 'milder', 'hostile'],
        ...['--json', '--sarif', '--markdown'].map((form) => ['diff', 'milder', 'hostile', form]),
        ['docs', 'loud', '--check'],
        ['docs', hostile, '--check'],
      ].map(async (args) => await place.ashlar(args)),
    );

    for (const { stdout, stderr } of printed) {
      expect(stdout + stderr).not.toMatch(/[\p{Cc}\p{Cf}](?<![\n\t])/u);
      expect(stdout + stderr).toMatch(/elur/);
    }
    const [text, json] = printed;
    expect(text!.stdout).toContain('\u{fffd}[2J\u{fffd}8m\u{fffd}\u{fffd}elur');
    expect(JSON.parse(json!.stdout).interface.inputs[0].description).toBe(hostile);
  });

  it.each([
    ['--json', '--schema'],
    ['--schema', '--types'],
    ['--types', '--markdown'],
  ])('is one of %s and %s', async (one, other) => {
    const { exitCode, stdout } = await place.ashlar(['inspect', 'net', one, other]);

    expect(exitCode).toBe(2);
    expect(stdout).toMatch(one === '--json' ? /ASH-USAGE/ : /^$/);
  });
});

describeWithTool('git', 'a reference into git', () => {
  const repository = workplace();
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.com', ...args], {
      cwd: repository.path,
    });

  beforeAll(() => {
    git('init', '--quiet');
    repository.write({ 'net/main.tf': networkTerraform, 'main.bicep': vaultBicep });
    git('add', 'net', 'main.bicep');
    git('commit', '--quiet', '-m', 'one');
    git('tag', 'v1.0.0');
    repository.write({ 'net/main.tf': networkTerraform.replace('default = 24', 'default = 25') });
    git('commit', '--quiet', '-a', '-m', 'two');
    // What is not committed is not seen.
    repository.write({ 'net/main.tf': 'nothing' });
  });
  afterAll(() => repository.remove());

  const defaultOf = async (ref: string) => {
    const { stdout } = await repository.ashlar(['inspect', ref, '--json']);
    return JSON.parse(stdout).interface.inputs.find(({ name }: { name: string }) => name === 'size')?.default;
  };

  it('reads a revision without a checkout', async () => {
    expect(await defaultOf('git:HEAD:net')).toEqual({ value: 25 });
    expect(await defaultOf('git:HEAD~1:net/')).toEqual({ value: 24 });
    expect(await defaultOf('git:v1.0.0:net/main.tf')).toEqual({ value: 24 });
    expect(await defaultOf('git:HEAD:./net')).toEqual({ value: 25 });
  });

  it('reads the root, and one file', async () => {
    for (const ref of ['git:HEAD:', 'git:HEAD:.', 'git:HEAD:main.bicep']) {
      const { stdout } = await repository.ashlar(['inspect', ref, '--json']);
      expect(JSON.parse(stdout)).toMatchObject({ language: 'bicep', name: 'Vaults' });
    }
  });

  it.each([
    ['git:v9.9.9:net', 1, 'the repository has no revision "v9.9.9"'],
    ['git:HEAD:nope', 1, '"nope" does not exist in HEAD'],
    ['git:--help:net', 1, 'the repository has no revision "--help"'],
  ])('says what is not there: %s', async (ref, exitCode, words) => {
    const result = await repository.ashlar(['inspect', ref]);

    expect([result.exitCode, result.stderr]).toEqual([exitCode, expect.stringContaining(words)]);
    expect(result.stderr).toContain('code: ASH-REFERENCE-UNKNOWN');
  });

  it('says when there is no repository, and when there is no git', async () => {
    const [outside, without] = await Promise.all([
      place.ashlar(['inspect', 'git:HEAD:net'], { GIT_CEILING_DIRECTORIES: place.path }),
      repository.ashlar(['inspect', 'git:HEAD:net'], { PATH: repository.path }),
    ]);

    expect([outside.exitCode, outside.stderr]).toEqual([2, expect.stringContaining('not a git repository')]);
    expect([without.exitCode, without.stderr]).toEqual([
      2,
      expect.stringContaining('needs the git command, which is not in PATH'),
    ]);
  });
});
