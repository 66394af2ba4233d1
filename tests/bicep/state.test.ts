import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { publishFiles, startTestServer, type TestServer } from '../support/server.ts';
import { basic, rawClient, type RawResponse, type Send } from './raw-http.ts';
import { sha256 } from './recording.ts';

// What a Bicep client gets of versions in each state, in the words that it prints.

const name = 'bicep/corp/storage';
const templateOf = (description: string) =>
  JSON.stringify({
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    metadata: { description },
    resources: [],
  });

let server: TestServer;
let http: Send;

beforeAll(async () => {
  server = await startTestServer();
  http = rawClient(server.http, Number(new URL(server.http).port));
  await server.api('POST', '/namespaces', { name: 'corp', visibility: 'public' });
  for (const version of ['1.0.0', '1.1.0', '1.2.0']) {
    await publishFiles(server, `${name}@${version}`, { 'main.json': templateOf(version) });
  }
});
afterAll(async () => await server.stop());

const get = async (target: string) => await http({ method: 'GET', target });
const asAdmin = async (method: string, target: string, body: Buffer, type = 'application/octet-stream') =>
  await http({ method, target, headers: [basic('me', server.admin), ['Content-Type', type]], body });
const errorsOf = ({ status, body }: RawResponse) => [status, JSON.parse(body.toString())];
const change = async (to: string, version: string, body?: object) =>
  await server.api('POST', `/version/${to}?ref=${name}@${version}`, body);

async function offered(): Promise<{ manifests: string[]; tags: string[]; oci: string[] }> {
  const json = async (target: string) => JSON.parse((await get(target)).body.toString());
  const manifests = (await json(`/acr/v1/${encodeURIComponent(name)}/_manifests?api-version=2021-07-01`))
    .manifests;
  const tags = (await json(`/acr/v1/${encodeURIComponent(name)}/_tags?api-version=2021-07-01`)).tags;
  return {
    manifests: manifests.flatMap((manifest: { tags: string[] }) => manifest.tags),
    tags: tags.map((tag: { name: string }) => tag.name),
    oci: (await json(`/v2/${name}/tags/list`)).tags,
  };
}

describe('a revoked version', () => {
  const sentence = `${name}@1.1.0 was revoked: The account is open to the world. Use 1.2.0 instead. See https://example.com/advisory`;
  let digest: string;
  let layer: string;

  beforeAll(async () => {
    const answer = await get(`/v2/${name}/manifests/1.1.0`);
    digest = sha256(answer.body);
    layer = JSON.parse(answer.body.toString()).layers[0].digest;
    await change('revoke', '1.1.0', {
      reason: 'The account is open to the world.',
      link: 'https://example.com/advisory',
    });
  });

  it('is refused with 403 and the sentence, by tag, by digest and layer by layer', async () => {
    const refused = [403, { errors: [{ code: 'DENIED', message: sentence }] }];

    for (const target of [`manifests/1.1.0`, `manifests/${digest}`, `blobs/${layer}`]) {
      expect(errorsOf(await get(`/v2/${name}/${target}`))).toEqual(refused);
    }
    for (const target of ['_tags/1.1.0', `_manifests/${digest}`]) {
      expect(errorsOf(await get(`/acr/v1/${encodeURIComponent(name)}/${target}`))).toEqual(refused);
    }
  });

  it('is not offered by completions', async () => {
    const left = ['1.0.0', '1.2.0'];

    expect(await offered()).toEqual({ manifests: left, tags: left, oci: left });
  });

  it('is back when it is reinstated', async () => {
    await change('reinstate', '1.1.0');

    const all = ['1.0.0', '1.1.0', '1.2.0'];
    expect(await offered()).toEqual({ manifests: all, tags: all, oci: all });
    expect((await get(`/v2/${name}/manifests/1.1.0`)).status).toBe(200);
  });
});

it('a deprecated version is offered and given, with a warning', async () => {
  await change('deprecate', '1.0.0', { reason: 'Superseded.', replacement: '1.2.0' });

  expect((await offered()).manifests).toEqual(['1.0.0', '1.1.0', '1.2.0']);
  expect(await get(`/v2/${name}/manifests/1.0.0`)).toMatchObject({
    status: 200,
    headers: { warning: `299 - "${name}@1.0.0 is deprecated: Superseded. Use 1.2.0 instead."` },
  });
});

describe('a forced publish', () => {
  const manifestOf = (template: Buffer, annotations: object = {}) =>
    Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        artifactType: 'application/vnd.ms.bicep.module.artifact',
        config: {
          mediaType: 'application/vnd.ms.bicep.module.config.v1+json',
          digest: sha256(Buffer.from('{}')),
          size: 2,
        },
        layers: [
          {
            mediaType: 'application/vnd.ms.bicep.module.layer.v1+json',
            digest: sha256(template),
            size: template.length,
          },
        ],
        annotations,
      }),
    );

  async function force(
    version: string,
    template: string,
    annotations?: object,
  ): Promise<[RawResponse, string]> {
    const bytes = Buffer.from(template);
    for (const blob of [Buffer.from('{}'), bytes]) {
      expect((await asAdmin('POST', `/v2/${name}/blobs/uploads/?digest=${sha256(blob)}`, blob)).status).toBe(
        201,
      );
    }
    const manifest = manifestOf(bytes, annotations);
    const answer = await asAdmin(
      'PUT',
      `/v2/${name}/manifests/${version}`,
      manifest,
      'application/vnd.oci.image.manifest.v1+json',
    );
    return [answer, sha256(manifest)];
  }

  it.each([
    [
      'other content',
      'changed',
      'exists already with other content and a version never changes',
      'Publish under a new version.',
    ],
    [
      'the same content with another date',
      '1.2.0',
      'exists already with the same content under another manifest',
      'Nothing needs to be published.',
    ],
  ])('of %s: 409 with both digests in the text', async (_, description, reason, remedy) => {
    const before = await get(`/v2/${name}/manifests/1.2.0`);

    const [answer, pushed] = await force('1.2.0', templateOf(description), {
      'org.opencontainers.image.created': '2026-08-21T10:11:12.1234567Z',
    });

    expect(errorsOf(answer)).toEqual([
      409,
      {
        errors: [
          {
            code: 'DENIED',
            message: `${name}@1.2.0 ${reason}: it is ${sha256(before.body)}, this is ${pushed}. ${remedy}`,
          },
        ],
      },
    ]);
    expect((await get(`/v2/${name}/manifests/1.2.0`)).body).toEqual(before.body);
  });

  it('of a revoked version does not bring it back', async () => {
    await change('revoke', '1.1.0', { reason: 'Again.' });

    const [answer] = await force('1.1.0', templateOf('fixed'));

    expect(answer.status).toBe(409);
    expect((await get(`/v2/${name}/manifests/1.1.0`)).status).toBe(403);
  });
});
