import { readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { type Json, publishFiles, startTestServer, type TestServer } from '../support/server.ts';
import { describeWithTool } from '../support/tool.ts';
import {
  call,
  change,
  createNamespace,
  hostBlock,
  openWorkspace,
  versionModule,
  type Workspace,
} from './client.ts';

/** What happens to versions after they were published, and what Terraform then does and says. */
describeWithTool('terraform', 'terraform init', ({ terraform }) => {
  let server: TestServer;
  const open: Workspace[] = [];

  beforeAll(async () => {
    server = await startTestServer();
    await createNamespace(server, 'contoso', 'public');
  });

  afterAll(async () => {
    await Promise.all(open.map(async (workspace) => await workspace.remove()));
    await server.stop();
  });

  async function publish(name: string, ...versions: string[]): Promise<string> {
    const address = `terraform/contoso/${name}/azurerm`;
    for (const version of versions) {
      const { status, body } = await publishFiles(
        server,
        `${address}@${version}`,
        versionModule(`${name} ${version}`),
      );
      if (status !== 201) throw new Error(JSON.stringify(body));
    }
    return address;
  }

  async function workspace(name: string, constraint?: string): Promise<Workspace> {
    const made = await openWorkspace(terraform, {
      files: { 'main.tf': call('it', `modules.example/contoso/${name}/azurerm`, constraint) },
      config: hostBlock('modules.example', server.http),
    });
    open.push(made);
    return made;
  }

  async function init(name: string, constraint?: string) {
    const { exitCode, text, versions } = await (await workspace(name, constraint)).init();
    return { exitCode, text, version: versions['it'] };
  }

  async function listed(name: string): Promise<Json> {
    const response = await fetch(`${server.http}/v1/modules/contoso/${name}/azurerm/versions`);
    const body = (await response.json()) as Json;
    return body.modules[0].versions;
  }

  async function link(name: string, version: string): Promise<string> {
    const response = await fetch(`${server.http}/v1/modules/contoso/${name}/azurerm/${version}/download`);
    return server.http + response.headers.get('x-terraform-get')!;
  }

  it('installs a deprecated version, and the list says so', async () => {
    const address = await publish('old', '1.0.0', '1.1.0');
    const link = 'https://contoso.example/why';
    await change(server, 'deprecate', `${address}@1.0.0`, {
      reason: 'It leaks subnets.',
      date: '2030-06-01',
      link,
    });

    expect(await init('old', '1.0.0')).toMatchObject({ exitCode: 0, version: '1.0.0' });
    expect(await listed('old')).toEqual([
      {
        version: '1.0.0',
        deprecation: {
          reason: `${address}@1.0.0 is deprecated and should not be used after 2030-06-01: It leaks subnets. Use 1.1.0 instead. See ${link}`,
          link,
        },
      },
      { version: '1.1.0' },
    ]);
  });

  it('prints for an exact pin on a revoked version why, and what to use', async () => {
    const address = await publish('bad', '1.0.0', '1.1.0', '1.2.0', '2.0.0-beta.1');
    await change(server, 'revoke', `${address}@1.1.0`, {
      reason: 'It opens port 22 to everyone',
      link: 'https://contoso.example/cve',
    });

    const pinned = await init('bad', '1.1.0');

    expect(pinned).toMatchObject({ exitCode: 1, version: undefined });
    expect(pinned.text).toContain(
      `${address}@1.1.0 was revoked: It opens port 22 to everyone. Use 1.2.0 instead. See https://contoso.example/cve`,
    );
    expect((await listed('bad')).map(({ version }: Json) => version)).toEqual([
      '1.0.0',
      '1.1.0',
      '1.2.0',
      '2.0.0-beta.1',
    ]);
    expect(await init('bad', '~> 1.0')).toMatchObject({ exitCode: 0, version: '1.2.0' });
    // A range that ends below the next release picks the revoked version and is told so.
    expect((await init('bad', '~> 1.1.0')).text).toContain(
      '@1.1.0 was revoked: It opens port 22 to everyone.',
    );
    expect(await init('bad', '1.2.0')).toMatchObject({ exitCode: 0, version: '1.2.0' });
  });

  it('lets ranges fall back when the highest release is revoked, and installs it again once it is reinstated', async () => {
    const address = await publish('top', '1.0.0', '1.1.0', '1.2.0', '2.0.0-beta.1');
    await change(server, 'revoke', `${address}@1.2.0`, { reason: 'Broken' });

    // A range never picks the pre-release above it.
    expect((await listed('top')).map(({ version }: Json) => version)).toEqual([
      '1.0.0',
      '1.1.0',
      '2.0.0-beta.1',
    ]);
    expect(await init('top', '~> 1.0')).toMatchObject({ exitCode: 0, version: '1.1.0' });
    expect(await init('top')).toMatchObject({ exitCode: 0, version: '1.1.0' });
    const pinned = await init('top', '1.2.0');
    expect(pinned.exitCode).toBe(1);
    expect(pinned.text).toContain('no available version');

    await change(server, 'reinstate', `${address}@1.2.0`);
    expect(await init('top', '~> 1.0')).toMatchObject({ exitCode: 0, version: '1.2.0' });
  });

  it('hands out nothing of a module whose only version is revoked', async () => {
    const address = await publish('only', '1.0.0');
    await change(server, 'revoke', `${address}@1.0.0`, { reason: 'Broken' });

    const result = await init('only', '1.0.0');

    expect(await listed('only')).toEqual([]);
    expect(result.exitCode).toBe(1);
    expect(result.text).toContain('has no versions available on modules.example');
  });

  it('stops a link that was issued before the revocation', async () => {
    const address = await publish('linked', '1.0.0', '1.1.0');
    const url = await link('linked', '1.0.0');
    expect((await fetch(url)).status).toBe(200);

    await change(server, 'revoke', `${address}@1.0.0`, { reason: 'Broken' });

    const response = await fetch(url);
    expect(response.status).toBe(410);
    expect(await response.text()).toBe(`${address}@1.0.0 was revoked: Broken. Use 1.1.0 instead.`);
  });

  it('does not find a deleted version, by a link neither', async () => {
    const address = await publish('gone', '1.0.0', '1.1.0');
    const url = await link('gone', '1.1.0');
    await change(server, 'delete', `${address}@1.1.0`);

    expect((await fetch(url)).status).toBe(404);
    expect(await listed('gone')).toEqual([{ version: '1.0.0' }]);
    expect(await init('gone')).toMatchObject({ exitCode: 0, version: '1.0.0' });
    expect((await init('gone', '1.1.0')).text).toContain('no available version');
    const download = await fetch(`${server.http}/v1/modules/contoso/gone/azurerm/1.1.0/download`);
    expect(download.status).toBe(404);
    expect(await download.text()).toBe(
      `There is no version 1.1.0 of ${address}. List its versions: ashlar show ${address}`,
    );
  });

  it('never installs bytes that changed in the store', async () => {
    await publish('flipped', '1.0.0');
    const folder = await workspace('flipped');
    expect(await folder.init()).toMatchObject({ exitCode: 0 });
    const file = await blobFile('flipped');
    const bytes = await readFile(file);

    for (const position of [0, Math.floor(bytes.length / 2), bytes.length - 1]) {
      const damaged = Buffer.from(bytes);
      damaged[position]! ^= 1;
      await writeFile(file, damaged);
      await folder.clean();
      const { exitCode, text, versions } = await folder.init();
      expect({ exitCode, versions }).toEqual({ exitCode: 1, versions: {} });
      // The registry noticed before the first byte left.
      expect(text).toContain('bad response code: 500');
    }

    await writeFile(file, bytes);
    expect(await folder.init()).toMatchObject({ exitCode: 0, versions: { it: '1.0.0' } });
  });

  it.each([0, 100])('refuses at once a stored archive that ends after %s bytes', async (size) => {
    const name = `short${size}`;
    await publish(name, '1.0.0');
    const folder = await workspace(name);
    await truncate(await blobFile(name), size);

    const { exitCode, versions, duration, text } = await folder.init();

    expect({ exitCode, versions }).toEqual({ exitCode: 1, versions: {} });
    expect(text).toContain('bad response code: 500');
    expect(duration).toBeLessThan(5_000);
  });

  async function blobFile(name: string): Promise<string> {
    const url = new URL(await link(name, '1.0.0'));
    const hex = url.searchParams.get('checksum')!.slice('sha256:'.length);
    const file = join(server.data, 'blobs', 'sha256', hex.slice(0, 2), hex);
    await stat(file);
    return file;
  }
});
