import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { run } from '../support/run.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { describeWithTool } from '../support/tool.ts';
import { hostBlock, openWorkspace } from './client.ts';

const examples = resolve(import.meta.dirname, '../../examples/modules');
const namespace = join(examples, 'terraform/example');
const naming = ['1.0.0', '1.1.0', '2.0.0-beta.1'];

describeWithTool('terraform', 'the example modules', ({ terraform }) => {
  let server: TestServer;
  let folder: string;

  beforeAll(async () => {
    server = await startTestServer({ settings: { examples } });
    folder = await mkdtemp(join(tmpdir(), 'ashlar-examples-'));
    await cp(namespace, folder, { recursive: true });
  });

  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  it('are formatted', async () => {
    expect(await run(terraform, ['fmt', '-check', '-recursive', '-diff'], { cwd: folder })).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: '',
    });
  });

  it('are in a registry that starts with them, readable for everybody', async () => {
    const list = (await (await fetch(`${server.http}/v1/modules/example`)).json()) as {
      modules: { id: string }[];
    };

    expect(list.modules.map(({ id }) => id)).toEqual([
      'example/avm-ptn-network-hubspoke/azurerm/1.0.0',
      'example/avm-res-network-virtualnetwork/azurerm/1.0.0',
      'example/avm-utl-naming/generic/1.1.0',
    ]);
  });

  it('resolve the child of the pattern from the registry that serves it', async () => {
    const config = hostBlock('registry.terraform.io', server.http);
    const pattern = 'avm-ptn-network-hubspoke/azurerm/1.0.0';
    const workspace = await openWorkspace(terraform, { files: {}, config });
    await cp(join(namespace, pattern), workspace.folder, { recursive: true });

    const result = await workspace.run(['get', '-no-color']);

    expect(result).toMatchObject({ exitCode: 0, stderr: '' });
    const installed = await readFile(join(workspace.folder, '.terraform/modules/modules.json'), 'utf8');
    const { Modules: modules } = JSON.parse(installed) as {
      Modules: { Key: string; Source: string; Version?: string }[];
    };
    const source = 'registry.terraform.io/example/avm-res-network-virtualnetwork/azurerm';
    expect(
      modules.filter(({ Key }) => Key !== '').map(({ Key, Source, Version }) => ({ Key, Source, Version })),
    ).toEqual([
      { Key: 'hub', Source: source, Version: '1.0.0' },
      { Key: 'spoke', Source: source, Version: '1.0.0' },
    ]);
    await workspace.remove();
  });

  it.each(naming)(
    'need no provider in the utility: version %s is valid and passes its own tests',
    async (version) => {
      const cwd = join(folder, 'avm-utl-naming/generic', version);
      const execute = async (...args: string[]) => await run(terraform, [...args, '-no-color'], { cwd });

      expect(await execute('init', '-input=false', '-backend=false')).toMatchObject({
        exitCode: 0,
        stderr: '',
      });
      expect((await execute('validate')).stdout).toContain('Success! The configuration is valid.');
      const tests = await execute('test', '-test-directory=tests/unit');
      expect(tests).toMatchObject({ exitCode: 0 });
      expect(tests.stdout).toMatch(/Success! \d+ passed, 0 failed\./);
    },
  );

  it.each(naming)('show the utility %s in an example that is valid', async (version) => {
    const cwd = join(folder, 'avm-utl-naming/generic', version, 'examples/default');
    const execute = async (...args: string[]) => await run(terraform, [...args, '-no-color'], { cwd });

    expect(await execute('init', '-input=false')).toMatchObject({ exitCode: 0, stderr: '' });
    expect(await execute('validate')).toMatchObject({ exitCode: 0 });
  });
});
