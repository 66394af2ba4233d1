import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ociClient, type Send } from '../oci/client.ts';
import { bicepModule, pushBicep, pushBlob, pushImage, putManifest } from '../oci/content.ts';
import { putVersion, template } from '../publish/put-version.ts';
import { publishFiles } from '../support/server.ts';
import { startFastServer } from './world.ts';

/** T-19: who may publish may not thereby write over what is there, however the name is spelt. */

let server: Awaited<ReturnType<typeof startFastServer>>;
let token: string;
let publisher: Send;
const repository = 'bicep/own/res/net';
const first = bicepModule('the first');
const second = bicepModule('another');

beforeAll(async () => {
  server = await startFastServer();
  await server.api('POST', '/namespaces', { name: 'own' });
  await server.api('POST', '/namespaces', { name: 'fixed', immutable: true });
  token = await server.token('publish:own', 'publish:fixed');
  publisher = ociClient(server, { token }).send;
  for (const tag of ['1.0.0', '1.0.0-RC.1', '1.0.0_build.5'])
    await pushBicep(publisher, repository, tag, first);
  await pushBlob(publisher, repository, second.template);
  await pushImage(publisher, 'fixed/image', 'latest');
  await publishFiles(server, 'terraform/own/Net/azurerm@1.0.0', { 'main.tf': '# the first\n' });
});
afterAll(async () => await server.discard());

async function everyTag(): Promise<unknown[]> {
  const { query } = server.registry.metadata;
  const names = [repository, 'fixed/image', 'terraform/own/net/azurerm'];
  return await Promise.all(
    names.map(async (name) => await query.listTagRows({ repository: name, after: undefined, limit: 1_000 })),
  );
}

/** Another module under a reference, which is written into the path as it is. */
const push = async (reference: string, headers: Record<string, string> = {}, path = repository) =>
  await putManifest(publisher, path, reference, second.manifest, headers);

describe('T-19: a version that exists', () => {
  it.each<[string, () => ReturnType<typeof push>, number]>([
    ['under its tag', async () => await push('1.0.0'), 409],
    ['with an escaped digit', async () => await push('%31.0.0'), 409],
    ['with escaped dots', async () => await push('1%2E0%2e0'), 409],
    ['with the name escaped', async () => await push('1.0.0', {}, 'bicep%2Fown%2Fres%2Fnet'), 409],
    ['as a parameter of a digest', async () => await push(`${second.digest}?tag=1.0.0`), 409],
    ['as one of several parameters', async () => await push(`${second.digest}?tag=7.0.0&tag=1.0.0`), 409],
    ['as an escaped parameter', async () => await push(`${second.digest}?%74ag=%31.0.0`), 409],
    ['with If-Match', async () => await push('1.0.0', { 'if-match': `"${first.digest}"` }), 409],
    ['with If-Match for anything', async () => await push('1.0.0', { 'if-match': '*' }), 409],
    ['with build metadata', async () => await push('1.0.0_build.5'), 409],
    ['of a pre-release in capitals', async () => await push('1.0.0-RC.1'), 409],
    ['escaped twice', async () => await push('%2531.0.0'), 400],
    ['with a v', async () => await push('v1.0.0'), 422],
    ['with leading zeros', async () => await push('01.0.0'), 422],
    ['with a space', async () => await push('1.0.0%20'), 400],
    ['with a line break', async () => await push('1.0.0%0A'), 400],
    ['with a zero byte', async () => await push('1.0.0%00'), 400],
    ['with other digits', async () => await push('%D9%A1.0.0'), 400],
    ['in another spelling of the name', async () => await push('1.0.0', {}, 'Bicep/own/res/net'), 400],
    ['with a doubled slash', async () => await push('1.0.0', {}, 'bicep/own//res/net'), 400],
    ['with a dot segment', async () => await push('1.0.0', {}, 'bicep/own/res/./net'), 400],
  ])('is not written over %s', async (_, attempt, status) => {
    const before = await everyTag();
    expect((await attempt()).status).toBe(status);
    expect(await everyTag()).toEqual(before);
  });

  it.each<[string, string, number]>([
    ['in the same words', `${repository}@1.0.0`, 409],
    ['with build metadata', `${repository}@1.0.0+build.5`, 409],
    ['with a v', `${repository}@v1.0.0`, 409],
    ['in capitals', `Bicep/own/res/net@1.0.0`, 400],
  ])('is not written over by the upload API %s', async (_, ref, status) => {
    const before = await everyTag();
    const answer = await putVersion(server, {
      ref,
      body: template('another'),
      type: 'application/json',
      token,
    });
    expect([status, 400]).toContain(answer.status);
    expect(await everyTag()).toEqual(before);
  });

  it.each([
    'terraform/own/Net/azurerm',
    'terraform/own/net/azurerm',
    'terraform/OWN/NET/AZURERM',
    'Terraform/own/net/azurerm',
  ])('is not written over under %s, for Terraform compares without case', async (address) => {
    const before = await everyTag();
    const answer = await publishFiles(server, `${address}@1.0.0`, { 'main.tf': '# another\n' }, token);
    expect([400, 409]).toContain(answer.status);
    expect(await everyTag()).toEqual(before);
  });

  it('is not deleted by who may publish, so that its name would be free', async () => {
    const before = await everyTag();
    for (const reference of ['1.0.0', first.digest, '%31.0.0']) {
      expect((await publisher('DELETE', `/v2/${repository}/manifests/${reference}`)).status).toBe(403);
    }
    expect((await publisher('DELETE', `/acr/v1/${repository}`)).status).toBe(403);
    expect((await server.api('DELETE', `/version?ref=${repository}@1.0.0`, undefined, token)).status).toBe(
      403,
    );
    expect(await everyTag()).toEqual(before);
  });

  it('stays what it was for good: deprecated, revoked, deleted, and back', async () => {
    for (const [method, path, body] of [
      ['POST', 'version/deprecate', { reason: 'x' }],
      ['POST', 'version/revoke', { reason: 'x' }],
      ['DELETE', 'version', undefined],
    ] as const) {
      await server.api(method, `/${path}?ref=${repository}@1.0.0`, body);
      await pushBlob(publisher, repository, second.template);
      await pushBlob(publisher, repository, '{}');
      expect((await push('1.0.0')).status).toBe(409);
    }
    await pushBicep(publisher, repository, '1.0.0', first);
    const row = await server.registry.metadata.query.findVersion({ repository, version: '1.0.0' });
    // Deleting it and pushing it again is no way around the revocation either.
    expect(row).toMatchObject({ digest: first.digest, state: 'revoked' });
    const admin = ociClient(server, { token: server.admin }).send;
    expect(await admin('GET', `/v2/${repository}/manifests/1.0.0`)).toMatchObject({ status: 403 });
  });
});

describe('T-19: a tag of an immutable namespace', () => {
  it.each(['latest', 'l%61test', `%6c%61%74%65%73%74`])(
    'is not moved as %s, nor as a parameter',
    async (tag) => {
      const before = await everyTag();
      const { manifest, digest } = await pushImage(
        publisher,
        'fixed/image',
        `other-${tag.length}`,
        `content ${tag}`,
      );
      expect((await putManifest(publisher, 'fixed/image', tag, manifest)).status).toBe(409);
      expect((await putManifest(publisher, 'fixed/image', `${digest}?tag=${tag}`, manifest)).status).toBe(
        409,
      );
      const latest = (rows: unknown[]) =>
        (rows[1] as { tag: string; digest: string }[]).find((row) => row.tag === 'latest');
      expect(latest(await everyTag())).toEqual(latest(before));
    },
  );
});
