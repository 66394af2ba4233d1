import { afterAll, beforeAll, expect, it } from 'vitest';

import { publishFiles, startTestServer, type TestServer } from '../support/server.ts';
import { describeWithTool } from '../support/tool.ts';
import {
  call,
  createNamespace,
  credentials,
  hostBlock,
  openWorkspace,
  versionModule,
  type Workspace,
  type WorkspaceOptions,
} from './client.ts';

describeWithTool('terraform', 'terraform init', ({ terraform }) => {
  let server: TestServer;
  const open: Workspace[] = [];

  beforeAll(async () => {
    server = await startTestServer();
    await createNamespace(server, 'open', 'public');
    await createNamespace(server, 'azure', 'public');
    await createNamespace(server, 'closed', 'private');
    const versions = ['0.9.0', '1.0.0', '1.1.0', '1.2.0-beta.2', '1.10.0', '2.0.0+build.7', '2.1.0-rc.1'];
    for (const version of versions) {
      await publish(`terraform/open/net/azurerm@${version}`, {
        ...versionModule(version),
        'modules/subnet/main.tf': `output "name" { value = "subnet ${version}" }\n`,
      });
    }
    await publish('terraform/closed/net/azurerm@1.0.0', versionModule('1.0.0'));
    await publish('terraform/Azure/avm-res-network-vnet/azurerm@0.4.0', versionModule('0.4.0'));
    await publish('terraform/open/parent/azurerm@1.0.0', {
      'main.tf': call('child', 'Azure/avm-res-network-vnet/azurerm', '~> 0.4'),
    });
  });

  afterAll(async () => {
    await Promise.all(open.map(async (workspace) => await workspace.remove()));
    await server.stop();
  });

  async function publish(reference: string, files: Record<string, string>) {
    const { status, body } = await publishFiles(server, reference, files);
    if (status !== 201) throw new Error(JSON.stringify(body));
  }

  async function workspace(main: string, options: Partial<WorkspaceOptions> = {}): Promise<Workspace> {
    const { caFile } = server;
    const made = await openWorkspace(terraform, { files: { 'main.tf': main }, caFile, ...options });
    open.push(made);
    return made;
  }

  async function init(main: string, options: Partial<WorkspaceOptions> = {}) {
    return await (await workspace(main, options)).init();
  }

  it('finds the server by its name over TLS, with the local CA and nothing else configured', async () => {
    const result = await init(call('net', `${server.httpsHost}/open/net/azurerm`, '1.0.0'));

    expect(result).toMatchObject({ exitCode: 0, versions: { net: '1.0.0' } });
  });

  it('refuses the server when its CA is not trusted', async () => {
    const { ca: _, ...none } = { ca: '' };
    const untrusting = await openWorkspace(terraform, {
      files: { 'main.tf': call('net', `${server.httpsHost}/open/net/azurerm`) },
      ...none,
    });
    open.push(untrusting);

    const result = await untrusting.init();

    expect(result.exitCode).toBe(1);
    expect(result.text).toContain('certificate signed by unknown authority');
  });

  it.each([
    [undefined, '2.0.0+build.7'],
    ['>= 1.0.0', '2.0.0+build.7'],
    ['~> 1.0', '1.10.0'],
    ['~> 1.1.0', '1.1.0'],
    ['< 1.0', '0.9.0'],
    ['1.2.0-beta.2', '1.2.0-beta.2'],
    ['2.0.0+build.7', '2.0.0+build.7'],
    ['!= 2.0.0', '1.10.0'],
  ])('picks for the constraint %s the version %s', async (constraint, version) => {
    const result = await init(call('net', 'modules.example/open/net/azurerm', constraint), {
      config: hostBlock('modules.example', server.http),
    });

    expect(result.stderr).toBe('');
    expect(result.versions).toEqual({ net: version });
  });

  it('installs a folder of a module, and several calls of one module', async () => {
    const source = 'modules.example/open/net/azurerm';
    const folder = await workspace(
      [
        call('a', source, '1.0.0'),
        call('b', source, '1.0.0'),
        call('c', source, '1.1.0'),
        call('subnet', `${source}//modules/subnet`, '1.1.0'),
        'output "all" {\n  value = [module.a.version, module.b.version, module.c.version, module.subnet.name]\n}\n',
      ].join('\n'),
      { config: hostBlock('modules.example', server.http) },
    );

    const result = await folder.init();
    const plan = await folder.run(['plan', '-no-color']);

    expect(result.versions).toEqual({ a: '1.0.0', b: '1.0.0', c: '1.1.0', subnet: '1.1.0' });
    expect(plan.stdout.replaceAll(/\s+/g, ' ')).toContain(
      '+ all = [ + "1.0.0", + "1.0.0", + "1.1.0", + "subnet 1.1.0", ]',
    );
  });

  it('sends a token from a credentials block', async () => {
    const main = call('net', `${server.httpsHost}/closed/net/azurerm`);
    const token = await server.token('read:closed');

    expect(await init(main, { config: credentials(server.httpsHost, token) })).toMatchObject({
      exitCode: 0,
      versions: { net: '1.0.0' },
    });
  });

  it('sends a token from TF_TOKEN_… to a host without a port, which a host block may name', async () => {
    const token = await server.token('read:closed');
    const config = hostBlock('modules.example', server.http);

    const result = await init(call('net', 'modules.example/closed/net/azurerm'), {
      config,
      env: { TF_TOKEN_modules_example: token },
    });

    expect(result).toMatchObject({ exitCode: 0, versions: { net: '1.0.0' } });
  });

  it('shows without a token that one is needed, and nothing about what is there', async () => {
    const config = hostBlock('modules.example', server.http);

    const present = await init(call('net', 'modules.example/closed/net/azurerm'), { config });
    const missing = await init(call('net', 'modules.example/closed/nothing/azurerm'), { config });

    expect(present.exitCode).toBe(1);
    expect(present.text).toContain('error looking up module versions: 401 Unauthorized');
    expect(missing.text).toBe(present.text.replaceAll('closed/net', 'closed/nothing'));
  });

  it('shows that a token is not valid', async () => {
    const config = hostBlock('modules.example', server.http) + credentials('modules.example', 'ash_mistyped');

    const result = await init(call('net', 'modules.example/open/net/azurerm'), { config });

    expect(result.text).toContain('401 Unauthorized');
  });

  it('shows that a module is missing', async () => {
    const config = hostBlock('modules.example', server.http);
    const reader = config + credentials('modules.example', await server.token('read:open'));

    for (const [source, cli] of [
      ['open/nothing/azurerm', config],
      ['open/mixed_-name/azurerm', config],
      ['closed/net/azurerm', reader],
    ] as const) {
      const result = await init(call('net', `modules.example/${source}`), { config: cli });
      expect(result.exitCode).toBe(1);
      expect(result.text).toContain('Module not found');
      expect(result.text).toContain('cannot be found in the module registry at modules.example');
    }
  });

  it('shows that no version fits', async () => {
    const config = hostBlock('modules.example', server.http);

    const result = await init(call('net', 'modules.example/open/net/azurerm', '~> 7.0'), { config });

    expect(result.text).toContain('no available version');
  });

  it.each(['http', 'https'] as const)(
    'takes the place of registry.terraform.io over %s, also for the modules of modules',
    async (scheme) => {
      const config = hostBlock('registry.terraform.io', server[scheme]);

      const result = await init(call('parent', 'open/parent/azurerm', '1.0.0'), { config });

      expect(result).toMatchObject({
        exitCode: 0,
        versions: { parent: '1.0.0', 'parent.child': '0.4.0' },
      });
    },
  );

  it('installs for twenty at once', { timeout: 120_000 }, async () => {
    const source = `${server.httpsHost}/open/net/azurerm`;
    const main = [
      call('a', source, '~> 1.0'),
      call('b', source, '1.0.0'),
      call('c', `${server.httpsHost}/open/parent/azurerm`),
    ];
    const config = hostBlock('registry.terraform.io', server.http);
    const folders = await Promise.all(
      Array.from({ length: 20 }, async () => await workspace(main.join('\n'), { config })),
    );

    const results = await Promise.all(folders.map(async (folder) => await folder.init()));

    const installed = { a: '1.10.0', b: '1.0.0', c: '1.0.0', 'c.child': '0.4.0' };
    expect(results.map(({ exitCode, versions, stderr }) => ({ exitCode, versions, stderr }))).toEqual(
      results.map(() => ({ exitCode: 0, versions: installed, stderr: '' })),
    );
  });
});
