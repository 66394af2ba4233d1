import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { publishFiles, startTestServer, type TestServer } from '../support/server.ts';
import { describeWithTool } from '../support/tool.ts';
import {
  call,
  change,
  createNamespace,
  credentials,
  hostBlock,
  openWorkspace,
  versionModule,
  type Workspace,
  type WorkspaceOptions,
} from './client.ts';

describeWithTool(['tofu'], 'tofu init', ({ tofu }) => {
  let server: TestServer;
  const open: Workspace[] = [];

  beforeAll(async () => {
    server = await startTestServer();
    await createNamespace(server, 'contoso', 'public');
    await createNamespace(server, 'azure', 'public');
    await createNamespace(server, 'closed', 'private');
    for (const version of ['1.0.0', '1.1.0', '1.2.0', '2.0.0+build.1']) {
      await publish(`terraform/contoso/net/azurerm@${version}`, {
        ...versionModule(version),
        'modules/subnet/main.tf': `output "name" { value = "subnet ${version}" }\n`,
      });
    }
    await publish('terraform/closed/net/azurerm@1.0.0', versionModule('closed 1.0.0'));
    await publish('terraform/Azure/avm-res-network-vnet/azurerm@0.4.0', versionModule('0.4.0'));
    await publish('terraform/contoso/parent/azurerm@1.0.0', {
      'main.tf': call('child', 'Azure/avm-res-network-vnet/azurerm', '~> 0.4'),
    });
    for (const version of ['1.0.0', '1.1.0'])
      await publish(`terraform/contoso/bad/azurerm@${version}`, versionModule(version));
    await change(server, 'revoke', 'terraform/contoso/bad/azurerm@1.0.0', { reason: 'Broken' });
  });

  afterAll(async () => {
    await Promise.all(open.map(async (workspace) => await workspace.remove()));
    await server.stop();
  });

  async function publish(reference: string, files: Record<string, string>) {
    const { status, body } = await publishFiles(server, reference, files);
    if (status !== 201) throw new Error(JSON.stringify(body));
  }

  /** Initialises a module and plans it, so that its output shows what was installed. */
  async function install(main: string, options: Partial<WorkspaceOptions> = {}) {
    const output = main.startsWith('module "it"') ? 'output "got" {\n  value = module.it.version\n}\n' : '';
    const workspace = await openWorkspace(tofu, {
      files: { 'main.tf': main + output },
      caFile: server.caFile,
      ...options,
    });
    open.push(workspace);
    const { exitCode, text, versions } = await workspace.init();
    const plan = exitCode === 0 && output !== '' ? (await workspace.run(['plan', '-no-color'])).stdout : '';
    return { exitCode, text, versions, got: /\+ got += "(.*)"/.exec(plan)?.[1] };
  }

  it('finds the server by its name over TLS, with the local CA and nothing else configured', async () => {
    const { exitCode, versions, got } = await install(
      call('it', `${server.httpsHost}/contoso/net/azurerm`, '~> 1.0'),
    );

    expect({ exitCode, versions, got }).toEqual({ exitCode: 0, versions: { it: '1.2.0' }, got: '1.2.0' });
  });

  it('sends a token', async () => {
    const config = credentials(server.httpsHost, await server.token('read:closed'));
    const main = call('it', `${server.httpsHost}/closed/net/azurerm`);

    expect((await install(main)).text).toContain('401 Unauthorized');
    expect(await install(main, { config })).toMatchObject({ exitCode: 0, got: 'closed 1.0.0' });
  });

  it.each(['registry.opentofu.org', 'modules.example'])('uses the host block for %s', async (host) => {
    const config = hostBlock(host, server.http) + hostBlock('registry.opentofu.org', server.http);
    const source = `${host}/contoso/net/azurerm`;
    const main = [
      call('a', source),
      call('b', `${source}//modules/subnet`, '1.1.0'),
      call('c', 'contoso/parent/azurerm'),
    ];

    expect(
      await install(main.join('\n'), {
        config: host === 'modules.example' ? config : hostBlock(host, server.http),
      }),
    ).toMatchObject({
      exitCode: 0,
      versions: { a: '2.0.0+build.1', b: '1.1.0', c: '1.0.0', 'c.child': '0.4.0' },
    });
  });

  it('prints why a version was revoked', async () => {
    const config = hostBlock('modules.example', server.http);

    const { exitCode, text } = await install(call('it', 'modules.example/contoso/bad/azurerm', '1.0.0'), {
      config,
    });

    expect(exitCode).toBe(1);
    expect(text).toContain('terraform/contoso/bad/azurerm@1.0.0 was revoked: Broken. Use 1.1.0 instead.');
  });

  describe('oci://', () => {
    const oci = (path: string) => call('it', `oci://${server.httpsHost}/terraform/${path}`);

    it.each([
      ['contoso/net/azurerm?tag=1.1.0', '1.1.0'],
      ['contoso/net/azurerm?tag=2.0.0_build.1', '2.0.0+build.1'],
    ])('installs %s', async (path, version) => {
      expect(await install(oci(path))).toMatchObject({ exitCode: 0, got: version });
    });

    it('installs by digest, and a folder of a module', async () => {
      const { body } = await server.api('GET', '/version?ref=terraform/contoso/net/azurerm@1.0.0');
      const folder = call(
        'sub',
        `oci://${server.httpsHost}/terraform/contoso/net/azurerm//modules/subnet?tag=1.0.0`,
      );

      expect(await install(oci(`contoso/net/azurerm?digest=${body.digest}`))).toMatchObject({
        exitCode: 0,
        got: '1.0.0',
      });
      expect(await install(folder)).toMatchObject({ exitCode: 0 });
    });

    it('sends what docker login stored', async () => {
      const auth = btoa(`anyone:${await server.token('read:closed')}`);
      const config = JSON.stringify({ auths: { [server.httpsHost]: { auth } } });

      expect(
        await install(oci('closed/net/azurerm?tag=1.0.0'), { home: { '.docker/config.json': config } }),
      ).toMatchObject({
        exitCode: 0,
        got: 'closed 1.0.0',
      });
    });

    it('sends what its configuration says', async () => {
      const token = await server.token('read:closed');
      const config = `oci_credentials "${server.httpsHost}" {\n  username = "any"\n  password = "${token}"\n}\n`;

      expect(await install(oci('closed/net/azurerm?tag=1.0.0'), { config })).toMatchObject({
        exitCode: 0,
        got: 'closed 1.0.0',
      });
    });

    it('says that a token is needed', async () => {
      const { exitCode, text } = await install(oci('closed/net/azurerm?tag=1.0.0'));

      expect(exitCode).toBe(1);
      // tofu asks with HEAD, so no sentence of ours can reach the user.
      expect(text).toContain('response status code 401: Unauthorized');
    });

    it('finds no version that does not exist, and none without a tag', async () => {
      expect((await install(oci('contoso/net/azurerm?tag=9.0.0'))).text).toContain('not found');
      expect((await install(oci('contoso/net/azurerm'))).text).toContain('not found');
    });

    it('does not install a revoked version', async () => {
      const { exitCode, text } = await install(oci('contoso/bad/azurerm?tag=1.0.0'));

      expect(exitCode).toBe(1);
      expect(text).toContain('response status code 403: Forbidden');
    });
  });
});
