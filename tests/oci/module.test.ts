import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { publishFiles, startTestServer, type TestServer } from '../support/server.ts';
import { errorOf, ociClient, type Send } from './client.ts';
import {
  bicepModule,
  descriptor,
  digestOf,
  imageManifest,
  indexOf,
  json,
  manifestOf,
  pushBicep,
  pushBlob,
  putManifest,
} from './content.ts';

let server: TestServer;
let send: Send;
let count = 0;
/** A module repository that no other test uses. */
const fresh = () => `bicep/contoso/res/m${count++}`;

beforeAll(async () => {
  server = await startTestServer();
  ({ send } = ociClient(server, { token: server.admin }));
});
afterAll(async () => await server.stop());

const manifestPath = (name: string, reference: string) => `/v2/${name}/manifests/${reference}`;
const tagsOf = async (name: string) => (await send('GET', `/v2/${name}/tags/list`)).json.tags as string[];
const setState = async (change: string, reference: string, body?: unknown) =>
  expect(
    (await server.api('POST', `/version/${change}?ref=${encodeURIComponent(reference)}`, body)).status,
  ).toBe(200);

describe('a tag of a module repository is a version', () => {
  it.each(['1.0.0', '1.0.0-rc.1', '0.0.1', '1.0.0_build.5', '1.0.0-a_b'])('%s is taken', async (tag) => {
    const name = fresh();

    expect((await pushBicep(send, name, tag)).status).toBe(201);
    expect(await tagsOf(name)).toEqual([tag]);
    const version = tag.replace('_', '+');
    expect(
      (await server.api('GET', `/version?ref=${encodeURIComponent(`${name}@${version}`)}`)).body,
    ).toMatchObject({ version });
  });

  it.each(['latest', 'v1.0.0', '1.0', '1', '01.0.0', '1.0.0_', 'main'])(
    '%s is refused: MANIFEST_INVALID, with a sentence',
    async (tag) => {
      const name = fresh();
      const answer = await pushBicep(send, name, tag);

      expect(errorOf(answer)).toEqual({
        status: 422,
        code: 'MANIFEST_INVALID',
        error: 'ASH-TAG-NOT-VERSION',
      });
      expect(answer.json.errors[0].message).toContain('there are no floating tags');
      expect(await tagsOf(name)).toEqual([]);
    },
  );

  it('also when it is a parameter: all tags of a push or none', async () => {
    const name = fresh();
    const module = bicepModule();
    await pushBlob(send, name, '{}');
    await pushBlob(send, name, module.template);
    const push = async (query: string) =>
      await putManifest(send, name, `${module.digest}?${query}`, module.manifest);

    expect((await push('tag=1.0.0&tag=latest')).status).toBe(422);
    expect(await tagsOf(name)).toEqual([]);
    expect((await push('tag=1.0.0&tag=1.0.1')).headers['oci-tag']).toBe('1.0.0, 1.0.1');
    expect(await tagsOf(name)).toEqual(['1.0.0', '1.0.1']);
  });
});

it.each([
  'bicep',
  'bicep/contoso',
  'bicep/contoso/a__b',
  'bicep/contoso/a--b',
  'terraform/contoso/net',
  'terraform/contoso/a/b/c',
  'terraform/contoso/a/b-c',
  'terraform/a.b/net/azurerm',
])('the malformed name %s is refused: 400 NAME_INVALID', async (name) => {
  expect(errorOf(await send('POST', `/v2/${name}/blobs/uploads/`))).toMatchObject({
    status: 400,
    code: 'NAME_INVALID',
  });
});

describe('versions are written once', () => {
  it('the same digest again is 201; another is 409 DENIED and names both', async () => {
    const name = fresh();
    const [first, second] = [bicepModule('first'), bicepModule('second')];

    expect([
      (await pushBicep(send, name, '1.0.0', first)).status,
      (await pushBicep(send, name, '1.0.0', first)).status,
    ]).toEqual([201, 201]);
    const refused = await pushBicep(send, name, '1.0.0', second);
    expect(errorOf(refused)).toEqual({ status: 409, code: 'DENIED', error: 'ASH-VERSION-EXISTS' });
    expect(refused.json.errors[0].message).toContain(first.digest);
    expect(refused.json.errors[0].message).toContain(second.digest);
    expect((await send('HEAD', manifestPath(name, '1.0.0'))).headers['docker-content-digest']).toBe(
      first.digest,
    );
  });

  it('equal content under another manifest has its own code', async () => {
    const name = fresh();
    await pushBicep(send, name, '1.0.0', bicepModule('same'));
    const other = bicepModule('same', {
      annotations: { 'org.opencontainers.image.created': '2026-08-01T00:00:00Z' },
    });

    expect(errorOf(await pushBicep(send, name, '1.0.0', other))).toEqual({
      status: 409,
      code: 'DENIED',
      error: 'ASH-VERSION-EQUAL-CONTENT',
    });
  });

  it('deleted, the same digest may return, another never', async () => {
    for (const by of ['tag', 'digest']) {
      const name = fresh();
      const [first, second] = [bicepModule('first'), bicepModule('second')];
      await pushBicep(send, name, '1.0.0', first);
      const { layer, digest } = first;
      expect((await send('DELETE', manifestPath(name, by === 'tag' ? '1.0.0' : digest))).status).toBe(202);
      for (const path of [
        manifestPath(name, '1.0.0'),
        manifestPath(name, digest),
        `/v2/${name}/blobs/${layer}`,
      ]) {
        expect((await send('HEAD', path)).status).toBe(404);
      }

      const refused = await pushBicep(send, name, '1.0.0', second);
      expect(errorOf(refused)).toEqual({ status: 409, code: 'DENIED', error: 'ASH-VERSION-DELETED' });
      expect((await pushBicep(send, name, '1.0.0', first)).status).toBe(201);
      expect((await send('GET', manifestPath(name, '1.0.0'))).body.equals(first.manifest)).toBe(true);
    }
  });

  it('If-None-Match: * refuses even the same digest', async () => {
    const name = fresh();
    const module = bicepModule();
    await pushBicep(send, name, '1.0.0', module);

    expect((await putManifest(send, name, '1.0.0', module.manifest, { 'if-none-match': '*' })).status).toBe(
      412,
    );
  });
});

describe('versions are whole', () => {
  it('a missing part is 404 MANIFEST_BLOB_UNKNOWN', async () => {
    const name = fresh();
    await pushBlob(send, name, '{}');
    expect(errorOf(await putManifest(send, name, '1.0.0', bicepModule().manifest))).toEqual({
      status: 404,
      code: 'MANIFEST_BLOB_UNKNOWN',
      error: 'ASH-MANIFEST-PARTS',
    });
  });

  it('blobs of live versions are not deleted; those of deleted ones are gone', async () => {
    const name = fresh();
    const module = bicepModule('with blobs');
    await pushBicep(send, name, '1.0.0', module);
    const blob = `/v2/${name}/blobs/${module.layer}`;

    expect(errorOf(await send('DELETE', blob))).toEqual({
      status: 409,
      code: 'DENIED',
      error: 'ASH-BLOB-IN-USE',
    });
    expect((await send('HEAD', blob)).status).toBe(200);
    await send('DELETE', manifestPath(name, '1.0.0'));
    expect((await send('HEAD', blob)).status).toBe(404);
  });

  it('blobs that two versions share stay with the one that lives', async () => {
    const name = fresh();
    const module = bicepModule('shared');
    const same = bicepModule('shared', { annotations: { second: 'yes' } });
    await pushBicep(send, name, '1.0.0', module);
    await pushBicep(send, name, '1.1.0', same);
    await send('DELETE', manifestPath(name, '1.0.0'));

    expect((await send('HEAD', `/v2/${name}/blobs/${module.layer}`)).status).toBe(200);
    expect((await send('HEAD', manifestPath(name, '1.1.0'))).status).toBe(200);
  });

  it.each([
    ['an image', manifestOf()],
    ['an index', indexOf([])],
    [
      'two templates',
      bicepModule('x', {
        layers: [bicepModule('x'), bicepModule('x')].map(({ template }) =>
          descriptor(template, 'application/vnd.ms.bicep.module.layer.v1+json'),
        ),
      }).manifest,
    ],
    [
      'a documentation link that is none',
      bicepModule('x', { annotations: { 'org.opencontainers.image.documentation': 'here' } }).manifest,
    ],
    ['an OpenTofu package', manifestOf({ artifactType: 'application/vnd.opentofu.modulepkg' })],
  ])('%s is no Bicep module', async (_what, bytes) => {
    const name = fresh();
    for (const blob of ['{}', bicepModule('x').template]) await pushBlob(send, name, blob);

    expect(errorOf(await putManifest(send, name, '1.0.0', bytes))).toEqual({
      status: 422,
      code: 'MANIFEST_INVALID',
      error: 'ASH-BICEP-ARTIFACT',
    });
  });

  it('a Bicep module is no Terraform module', async () => {
    expect(errorOf(await pushBicep(send, 'terraform/contoso/net/azurerm', '1.0.0'))).toEqual({
      status: 422,
      code: 'MANIFEST_INVALID',
      error: 'ASH-TERRAFORM-ARTIFACT',
    });
  });

  it('a Terraform module is one manifest with one zip, whoever published it', async () => {
    const name = 'terraform/contoso/vnet/azurerm';
    const { body } = await publishFiles(server, `${name}@1.0.0`, { 'main.tf': '# vnet\n' });
    const manifest = await send('GET', manifestPath(name, '1.0.0'));

    expect(manifest.headers['docker-content-digest']).toBe(body.digest);
    expect(manifest.json).toMatchObject({
      artifactType: 'application/vnd.opentofu.modulepkg',
      layers: [{ mediaType: 'archive/zip' }],
    });
    const [zip] = manifest.json.layers as [{ digest: string; size: number }];
    expect((await send('GET', `/v2/${name}/blobs/${zip.digest}`)).body).toHaveLength(zip.size);
    expect((await putManifest(send, name, '1.0.0', manifest.body)).status).toBe(201);
  });
});

describe('attachments', () => {
  it('name a subject, or are tagged sha256-…; they are no versions', async () => {
    const name = fresh();
    const module = bicepModule();
    await pushBicep(send, name, '1.0.0', module);
    const subject = descriptor(module.manifest, imageManifest);
    const config = descriptor('{}', 'application/vnd.oci.empty.v1+json');
    const signature = json({
      schemaVersion: 2,
      mediaType: imageManifest,
      artifactType: 'application/sig',
      config,
      layers: [],
      subject,
    });

    const put = await putManifest(send, name, digestOf(signature), signature);
    expect({ status: put.status, subject: put.headers['oci-subject'] }).toEqual({
      status: 201,
      subject: module.digest,
    });
    const tag = `${module.digest.replace(':', '-')}`;
    expect(
      (await putManifest(send, name, `${tag}.sig`, manifestOf({ artifactType: 'application/cosign' })))
        .status,
    ).toBe(201);
    expect((await putManifest(send, name, tag, indexOf([signature]))).status).toBe(201);

    expect((await send('GET', `/v2/${name}/referrers/${module.digest}`)).json.manifests).toMatchObject([
      { digest: digestOf(signature), artifactType: 'application/sig' },
    ]);
    expect((await server.api('GET', `/module?address=${name}`)).body.versions).toHaveLength(1);
    expect((await send('DELETE', manifestPath(name, digestOf(signature)))).status).toBe(202);
    expect((await send('DELETE', manifestPath(name, `${tag}.sig`))).status).toBe(202);
    expect((await send('HEAD', manifestPath(name, '1.0.0'))).status).toBe(200);
  });

  it('without subject and tag are refused', async () => {
    const name = fresh();
    await pushBlob(send, name, '{}');
    const bytes = manifestOf();

    expect(errorOf(await putManifest(send, name, digestOf(bytes), bytes))).toEqual({
      status: 422,
      code: 'MANIFEST_INVALID',
      error: 'ASH-ATTACHMENT-ONLY',
    });
  });

  it('a module is no attachment: under an attachment tag and another digest it would escape a revocation', async () => {
    const name = fresh();
    const artifact = bicepModule('revoked');
    await pushBicep(send, name, '1.0.0', artifact);
    await setState('revoke', `${name}@1.0.0`, { reason: 'opens a port' });
    const bytes = artifact.manifest;
    const again = digestOf(bytes, 'sha512');

    const path = `/v2/${name}/manifests/${again}?tag=sha256-${'a'.repeat(64)}`;
    const headers = { 'content-type': 'application/vnd.oci.image.manifest.v1+json' };
    const response = await send('PUT', path, { headers, body: bytes });

    expect(errorOf(response)).toMatchObject({ status: 422, error: 'ASH-ATTACHMENT-ONLY' });
  });
});

describe('states', () => {
  it('deprecated: served with a Warning that says why and what instead', async () => {
    const name = fresh();
    await pushBicep(send, name, '1.0.0', bicepModule('old'));
    await pushBicep(send, name, '2.0.0', bicepModule('new'));
    await setState('deprecate', `${name}@1.0.0`, {
      reason: 'it has "quotes" and ümlauts',
      replacement: '2.0.0',
      date: '2027-01-31',
    });

    for (const reference of ['1.0.0', bicepModule('old').digest]) {
      for (const method of ['GET', 'HEAD']) {
        const answer = await send(method, manifestPath(name, reference));
        expect(answer.status).toBe(200);
        expect(answer.headers.warning).toBe(
          `299 - "${name}@1.0.0 is deprecated and should not be used after 2027-01-31: it has 'quotes' and ?mlauts. Use 2.0.0 instead."`,
        );
      }
    }
    expect((await send('GET', manifestPath(name, '2.0.0'))).headers.warning).toBeUndefined();
  });

  it('deprecated with a long reason: all warnings stay below 4096 bytes', async () => {
    const name = fresh();
    await pushBicep(send, name, '1.0.0');
    await setState('deprecate', `${name}@1.0.0`, {
      reason: 'x'.repeat(1000),
      link: `https://x.example/${'y'.repeat(1900)}`,
    });

    expect(
      Buffer.byteLength((await send('GET', manifestPath(name, '1.0.0'))).headers.warning as string),
    ).toBeLessThanOrEqual(4096);
  });

  it('revoked: 403 DENIED with the reason, for manifests by tag and digest and for blobs, GET and HEAD; reinstated: back', async () => {
    const name = fresh();
    const module = bicepModule('revoked');
    await pushBicep(send, name, '1.0.0', module);
    await setState('revoke', `${name}@1.0.0`, { reason: 'a secret in it', link: 'https://x.example/1' });
    const paths = [
      manifestPath(name, '1.0.0'),
      manifestPath(name, module.digest),
      `/v2/${name}/blobs/${module.layer}`,
    ];

    for (const path of paths) {
      const get = await send('GET', path);
      expect(errorOf(get)).toEqual({ status: 403, code: 'DENIED', error: 'ASH-VERSION-REVOKED' });
      expect(get.json.errors[0].message).toBe(
        `${name}@1.0.0 was revoked: a secret in it. See https://x.example/1`,
      );
      const head = await send('HEAD', path);
      expect({ status: head.status, size: head.body.length, error: head.headers['ashlar-error'] }).toEqual({
        status: 403,
        size: 0,
        error: 'ASH-VERSION-REVOKED',
      });
    }
    expect(await tagsOf(name)).toEqual([]);
    await setState('reinstate', `${name}@1.0.0`);
    for (const path of paths) expect((await send('GET', path)).status).toBe(200);
    expect(await tagsOf(name)).toEqual(['1.0.0']);
  });

  it('revoked: what an admitted version shares with it is still served', async () => {
    const name = fresh();
    const module = bicepModule('shared');
    await pushBicep(send, name, '1.0.0', module);
    await pushBicep(send, name, '1.0.1', module);
    await setState('revoke', `${name}@1.0.0`, { reason: 'wrong number' });

    expect((await send('GET', manifestPath(name, '1.0.0'))).status).toBe(403);
    for (const path of [
      manifestPath(name, '1.0.1'),
      manifestPath(name, module.digest),
      `/v2/${name}/blobs/${module.layer}`,
    ]) {
      expect((await send('GET', path)).status).toBe(200);
    }
  });

  it('revoked: pushing the same digest again does not bring it back', async () => {
    const name = fresh();
    const module = bicepModule('pushed again');
    await pushBicep(send, name, '1.0.0', module);
    await setState('revoke', `${name}@1.0.0`, { reason: 'bad' });
    await pushBicep(send, name, '1.0.0', module);
    expect((await send('GET', manifestPath(name, '1.0.0'))).status).toBe(403);

    await send('DELETE', manifestPath(name, module.digest));
    await pushBicep(send, name, '1.0.0', module);
    expect((await send('GET', manifestPath(name, '1.0.0'))).status).toBe(403);
  });
});

it('artifacts: deny refuses everything that is no module', async () => {
  const strict = await startTestServer({ settings: { artifacts: 'deny' } });
  const { send: push } = ociClient(strict, { token: strict.admin });
  const denied = { status: 403, code: 'DENIED', error: 'ASH-ARTIFACTS-DENIED' };

  expect(errorOf(await push('POST', '/v2/contoso/image/blobs/uploads/'))).toEqual(denied);
  expect(errorOf(await putManifest(push, 'contoso/image', 'v1', manifestOf()))).toEqual(denied);
  expect((await pushBicep(push, 'bicep/contoso/res/m', '1.0.0')).status).toBe(201);
  await strict.stop();
});

describe('what a publisher claims', () => {
  it('about the size of a layer is checked before the layer is read', async () => {
    const name = fresh();
    const module = bicepModule();
    // Nothing that could be read: what is said about it shows that nobody tried.
    const template = Buffer.from('no template');
    const { mediaType } = JSON.parse(module.manifest.toString()).layers[0];
    const layer = { mediaType, digest: digestOf(template), size: 10 };
    const manifest = json({ ...JSON.parse(module.manifest.toString()), layers: [layer] });

    const answer = await pushBicep(send, name, '1.0.0', { ...module, template, manifest });

    const reason = `it states a size of 10 bytes for ${layer.digest}, which has 11`;
    expect(answer.json.errors).toMatchObject([
      { code: 'MANIFEST_INVALID', message: expect.stringContaining(reason) },
    ]);
  });

  it('about a module is cut, as lists hold it for every version', async () => {
    const name = fresh();
    const documentation = `https://docs.example/${'x'.repeat(2000)}`;
    const annotations = { 'org.opencontainers.image.documentation': documentation };
    expect(
      (await pushBicep(send, name, '1.0.0', bicepModule('d'.repeat(9999), { annotations }))).status,
    ).toBe(201);

    const { body } = await server.api('GET', `/version?ref=${name}@1.0.0`);

    expect(body).toMatchObject({ description: 'd'.repeat(2000) });
    expect(body).not.toHaveProperty('documentation');
  });

  it('in a readme is cut', async () => {
    const files = { 'main.tf': '', 'README.md': 'word '.repeat(300_000) };
    await publishFiles(server, 'terraform/contoso/readme/azurerm@1.0.0', files);

    const { body } = await server.api('GET', '/module?address=terraform/contoso/readme/azurerm');

    expect(body.readme.length).toBe(1024 * 1024);
  });
});
