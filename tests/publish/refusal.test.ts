import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { packZip } from '@ashlar/registry/intake';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { startTestServer, type TestServer } from '../support/server.ts';
import { moduleFiles, noTraces, type Put, putVersion, template, traces, types } from './put-version.ts';

let server: TestServer;
let zip: Buffer;

beforeAll(async () => {
  server = await startTestServer();
  zip = await packZip(moduleFiles({ 'main.tf': '# fine\n' }));
  await server.api('POST', '/namespaces', { name: 'contoso' });
  await server.api('POST', '/namespaces', { name: 'open', visibility: 'public' });
});
afterAll(async () => await server.stop());

const fresh = 'terraform/contoso/fresh/azurerm@1.0.0';

describe('a request that is not right', () => {
  it.each<[string, Partial<Put>, status: number, code: string, words?: RegExp]>([
    ['no ref', { ref: undefined! }, 400, 'ASH-REQUEST-INVALID', /\bref\b/],
    ['an empty ref', { ref: '' }, 400, 'ASH-REQUEST-INVALID', /\bref\b/],
    ['no version', { ref: 'terraform/contoso/net/azurerm' }, 400, 'ASH-ADDRESS-INVALID', /ADDRESS@VERSION/],
    ['a version that is none', { ref: 'terraform/contoso/net/azurerm@latest' }, 400, 'ASH-VERSION-INVALID'],
    ['four numbers', { ref: 'terraform/contoso/net/azurerm@1.2.3.4' }, 400, 'ASH-VERSION-INVALID'],
    ['an empty version', { ref: 'terraform/contoso/net/azurerm@' }, 400, 'ASH-VERSION-INVALID'],
    ['a range', { ref: 'terraform/contoso/net/azurerm@~> 1.0' }, 400, 'ASH-VERSION-INVALID'],
    ['no language', { ref: 'contoso/net/azurerm@1.0.0' }, 400, 'ASH-ADDRESS-INVALID'],
    ['no system', { ref: 'terraform/contoso/net@1.0.0' }, 400, 'ASH-ADDRESS-INVALID'],
    ['a segment too many', { ref: 'terraform/contoso/net/azurerm/x@1.0.0' }, 400, 'ASH-ADDRESS-INVALID'],
    ['a Bicep address in capitals', { ref: 'bicep/contoso/Res/x@1.0.0' }, 400, 'ASH-ADDRESS-INVALID'],
    ['climbing', { ref: 'terraform/../net/azurerm@1.0.0' }, 400, 'ASH-ADDRESS-INVALID'],
    ['a reserved namespace', { ref: 'terraform/search/net/azurerm@1.0.0' }, 400, 'ASH-ADDRESS-INVALID'],
    ['a long ref', { ref: `terraform/contoso/${'a'.repeat(500)}/azurerm@1.0.0` }, 400, 'ASH-REQUEST-INVALID'],
    ['an unknown class', { query: { class: 'huge' } }, 400, 'ASH-REQUEST-INVALID', /class/],
    ['a bad address of documentation', { query: { documentation: 'here' } }, 400, 'ASH-REQUEST-INVALID'],
    [
      'documentation that is a script',
      { query: { documentation: 'javascript:alert(1)' } },
      400,
      'ASH-REQUEST-INVALID',
      /http or https/,
    ],
    ['stampTelemetry=maybe', { query: { stampTelemetry: 'maybe' } }, 400, 'ASH-REQUEST-INVALID'],
    ['a form', { type: 'multipart/form-data; boundary=x' }, 415, 'ASH-MEDIA-TYPE', /application\/zip/],
    ['a text', { type: 'text/plain' }, 415, 'ASH-MEDIA-TYPE'],
    ['a template for Terraform', { type: types.json }, 422, 'ASH-MODULE-LANGUAGE', /zip or tar\.gz/],
    [
      'a template that is no JSON',
      { ref: 'bicep/contoso/res/fresh@1.0.0', type: types.json, body: Buffer.from('{') },
      422,
      'ASH-BICEP-TEMPLATE',
    ],
    [
      'a template that is none',
      { ref: 'bicep/contoso/res/fresh@1.0.0', type: types.json, body: Buffer.from('{}') },
      422,
      'ASH-BICEP-TEMPLATE',
    ],
  ])('%s', async (_, put, status, code, words = /./) => {
    const answer = await putVersion(server, { ref: fresh, body: zip, ...put });

    expect(answer).toEqual({
      status,
      body: { code, message: expect.stringMatching(words), requestId: expect.any(String) },
    });
    expect(await traces(server, 'terraform/contoso/fresh/azurerm')).toEqual(noTraces);
    expect(await traces(server, 'bicep/contoso/res/fresh')).toEqual(noTraces);
  });

  it('may say nothing about the type of an archive', async () => {
    const ref = 'terraform/contoso/untyped/azurerm@1.0.0';
    expect(await putVersion(server, { ref, body: zip, type: 'application/octet-stream' })).toMatchObject({
      status: 201,
    });
  });

  it.each([
    ['v1.2', '1.2.0'],
    ['1', '1.0.0'],
    ['v1.2.3-rc.1', '1.2.3-rc.1'],
    ['1.2.3+build.7', '1.2.3+build.7'],
  ])('%s is the version %s', async (written, version) => {
    const ref = `terraform/contoso/normal/azurerm@${written}`;
    expect(await putVersion(server, { ref, body: zip })).toMatchObject({ status: 201, body: { version } });
    const shown = encodeURIComponent(`terraform/contoso/normal/azurerm@${version}`);
    expect((await server.api('GET', `/version?ref=${shown}`)).body.version).toBe(version);
  });
});

describe('who may publish', () => {
  it('an administrator creates the namespace, private', async () => {
    expect(await putVersion(server, { ref: 'terraform/created/net/azurerm@1.0.0', body: zip })).toMatchObject(
      {
        status: 201,
      },
    );
    const { body } = await server.api('GET', '/namespaces');
    expect(body).toContainEqual(expect.objectContaining({ name: 'created', visibility: 'private' }));
  });

  it('a refused module does not create it', async () => {
    const ref = 'terraform/uncreated/net/azurerm@1.0.0';
    await putVersion(server, { ref, body: await packZip(moduleFiles({ 'a/b.tf': '' })) });
    const { body } = await server.api('GET', '/namespaces');
    expect(body.map(({ name }: { name: string }) => name)).not.toContain('uncreated');
  });

  it.each<[who: string, scopes: string[], namespace: string, status: number, code: string]>([
    ['anonymous', [], 'contoso', 401, 'ASH-AUTH-REQUIRED'],
    ['anonymous, public', [], 'open', 401, 'ASH-AUTH-REQUIRED'],
    ['anonymous, no namespace', [], 'nowhere', 401, 'ASH-AUTH-REQUIRED'],
    ['a reader', ['read:contoso'], 'contoso', 403, 'ASH-FORBIDDEN'],
    ['a stranger, public', ['publish:other'], 'open', 403, 'ASH-FORBIDDEN'],
    ['a stranger', ['publish:other'], 'contoso', 404, 'ASH-REPOSITORY-UNKNOWN'],
    ['a stranger, no namespace', ['publish:other'], 'nowhere', 404, 'ASH-REPOSITORY-UNKNOWN'],
    [
      'a publisher of a namespace that is not there',
      ['publish:nowhere'],
      'nowhere',
      404,
      'ASH-REPOSITORY-UNKNOWN',
    ],
    ['a publisher of all, no namespace', ['publish:*'], 'nowhere', 404, 'ASH-REPOSITORY-UNKNOWN'],
    [
      'a manager of a namespace that is not there',
      ['manage:nowhere'],
      'nowhere',
      404,
      'ASH-REPOSITORY-UNKNOWN',
    ],
  ])('%s: not here', async (_, scopes, namespace, status, code) => {
    const token = scopes.length === 0 ? '' : await server.token(...scopes);
    const ref = `terraform/${namespace}/refused/azurerm@1.0.0`;

    expect(await putVersion(server, { ref, body: zip, token })).toMatchObject({ status, body: { code } });
    expect(await traces(server, `terraform/${namespace}/refused/azurerm`)).toEqual(noTraces);
  });

  it('a publisher publishes in its namespace', async () => {
    const token = await server.token('publish:contoso');
    const ref = 'terraform/contoso/allowed/azurerm@1.0.0';
    expect(await putVersion(server, { ref, body: zip, token })).toMatchObject({ status: 201 });
  });

  it('a token that is not valid is refused, not taken for nobody', async () => {
    const answer = await putVersion(server, { ref: fresh, body: zip, token: 'ash_wrong' });
    expect(answer).toMatchObject({ status: 401, body: { code: 'ASH-AUTH-INVALID' } });
  });
});

describe('what is refused late', () => {
  /** Files below `blobs/`; blobs themselves may stay, nobody can name them. */
  const staged = async () => await readdir(join(server.data, 'blobs', 'upload'));

  it('leaves neither rows nor staging files when the version was deleted as another', async () => {
    const repository = 'terraform/contoso/late/azurerm';
    await putVersion(server, { ref: `${repository}@1.0.0`, body: zip });
    await server.api('DELETE', `/version?ref=${repository}@1.0.0`);
    const before = await traces(server, repository);
    const other = await packZip(moduleFiles({ 'main.tf': '# other\n' }));

    const answer = await putVersion(server, { ref: `${repository}@1.0.0`, body: other });

    expect(answer).toMatchObject({ status: 409, body: { code: 'ASH-VERSION-DELETED' } });
    expect(await traces(server, repository)).toEqual(before);
    expect(before).toMatchObject({ blobs: 0, manifests: 0, tags: 0, versions: [] });
    expect(await staged()).toEqual([]);
  });

  it('shows no blob of a loser of a race', async () => {
    const repository = 'terraform/contoso/loser/azurerm';
    const bodies = await Promise.all(
      ['a', 'b', 'c'].map(async (text) => packZip(moduleFiles({ 'main.tf': `# ${text}\n` }))),
    );
    const answers = await Promise.all(
      bodies.map(async (body) => putVersion(server, { ref: `${repository}@1.0.0`, body })),
    );
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([201, 409, 409]);
    // The winner's: config and zip.
    expect(await traces(server, repository)).toMatchObject({ blobs: 2, manifests: 1, tags: 1 });
  });

  it('shows nothing when the server ends between the blobs and the row', async () => {
    const repository = 'terraform/crashed/net/azurerm';
    const { command } = server.registry.metadata;
    const broken = vi.spyOn(command, 'putManifest').mockRejectedValueOnce(new Error('the power went out'));

    const answer = await putVersion(server, { ref: `${repository}@1.0.0`, body: zip });

    expect(broken).toHaveBeenCalledOnce();
    expect(answer).toMatchObject({ status: 500, body: { code: 'ASH-INTERNAL' } });
    expect(answer.body.message).not.toContain('power');
    expect(await traces(server, repository)).toEqual(noTraces);
    expect((await server.api('GET', '/namespaces')).body).not.toContainEqual(
      expect.objectContaining({ name: 'crashed' }),
    );
    expect(await staged()).toEqual([]);
    broken.mockRestore();
    expect(await putVersion(server, { ref: `${repository}@1.0.0`, body: zip })).toMatchObject({
      status: 201,
    });
  });

  it('says nothing was published when the disk does not take the blobs', async () => {
    const repository = 'bicep/contoso/res/full';
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC' });
    vi.spyOn(server.registry.blobs, 'put').mockRejectedValueOnce(full);

    const answer = await putVersion(server, {
      ref: `${repository}@1.0.0`,
      body: template('Full'),
      type: types.json,
    });

    expect(answer).toMatchObject({ status: 507, body: { code: 'ASH-STORAGE-FULL' } });
    expect(await traces(server, repository)).toEqual(noTraces);
  });
});

it('a server that is started again after such a crash serves what was acknowledged', async () => {
  const first = await startTestServer();
  const { data } = first;
  const again = await (async () => {
    await putVersion(first, { ref: 'terraform/kept/net/azurerm@1.0.0', body: zip });
    vi.spyOn(first.registry.metadata.command, 'putManifest').mockRejectedValueOnce(new Error('crash'));
    await putVersion(first, { ref: 'terraform/kept/net/azurerm@2.0.0', body: zip });
    await first.close();
    return await startTestServer({ data });
  })();
  try {
    const { body } = await again.api('GET', '/module?address=terraform/kept/net/azurerm');
    expect(body.versions.map(({ version }: { version: string }) => version)).toEqual(['1.0.0']);
  } finally {
    await again.stop();
    await rm(data, { recursive: true, force: true });
  }
});
