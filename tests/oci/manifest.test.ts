import { Readable } from 'node:stream';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startTestServer, type TestServer } from '../support/server.ts';
import { errorOf, ociClient, type Send } from './client.ts';
import {
  descriptor,
  digestOf,
  emptyConfig,
  imageIndex,
  imageManifest,
  indexOf,
  json,
  manifestOf,
  pushBlob,
  pushImage,
  putManifest,
} from './content.ts';

const repository = 'contoso/image';
const path = (reference: string) => `/v2/${repository}/manifests/${reference}`;

let server: TestServer;
let send: Send;

beforeAll(async () => {
  server = await startTestServer();
  ({ send } = ociClient(server, { token: server.admin }));
  await pushBlob(send, repository, '{}');
});
afterAll(async () => await server.stop());

async function expectStored(reference: string, bytes: Buffer, type: string): Promise<void> {
  const get = await send('GET', path(reference));
  const head = await send('HEAD', path(reference));
  const headers = { 'content-type': type, 'content-length': String(bytes.length) };
  expect(get).toMatchObject({ status: 200, headers });
  expect(get.body.equals(bytes)).toBe(true);
  expect(head).toMatchObject({ status: 200, headers });
  expect(head.headers['docker-content-digest']).toBe(get.headers['docker-content-digest']);
}

describe('end-7a: manifests are kept as they came', () => {
  const odd = {
    'with blanks, escapes and unknown fields': `{ "schemaVersion":2,\n\t"mediaType":"application\\/vnd.oci.image.manifest.v1\\u002bjson",
      "config": ${JSON.stringify(emptyConfig)}, "layers":[] , "x-\\u00e4":"\\ud83d\\ude00 é", "n": 1.0e+2, "deep":{"a":[null,true]}}\n`,
    'with a data field': JSON.stringify({
      schemaVersion: 2,
      mediaType: imageManifest,
      config: { ...emptyConfig, data: 'e30=' },
      layers: [],
    }),
    'with layers that are not distributed': JSON.stringify({
      schemaVersion: 2,
      mediaType: imageManifest,
      config: emptyConfig,
      layers: [
        {
          ...descriptor('far away', 'application/vnd.oci.image.layer.nondistributable.v1.tar'),
          urls: ['https://x.example/y'],
        },
      ],
    }),
    'with an artifactType and annotations': manifestOf({
      artifactType: 'application/x',
      annotations: { 'a.b/c': 'd' },
    }).toString(),
    'with a config of any type': manifestOf({
      config: descriptor('{}', 'application/vnd.unknown+json'),
    }).toString(),
    'without mediaType': JSON.stringify({ schemaVersion: 2, config: emptyConfig, layers: [] }),
  };

  it.each(Object.entries(odd))('%s', async (_what, text) => {
    const bytes = Buffer.from(text);
    const put = await send('PUT', path('odd'), {
      headers: { 'content-type': `${imageManifest}; charset=utf-8` },
      body: bytes,
    });

    expect(put).toMatchObject({
      status: 201,
      headers: {
        location: path(digestOf(bytes)),
        'docker-content-digest': digestOf(bytes),
        'content-length': '0',
      },
    });
    await expectStored('odd', bytes, imageManifest);
    await expectStored(digestOf(bytes), bytes, imageManifest);
  });

  it.each([
    ['application/vnd.docker.distribution.manifest.v2+json', { config: emptyConfig, layers: [] }],
    ['application/vnd.docker.distribution.manifest.list.v2+json', { manifests: [] }],
    [imageIndex, { manifests: [] }],
  ])('of the type %s', async (mediaType, fields) => {
    const bytes = json({ schemaVersion: 2, mediaType, ...fields });

    expect((await putManifest(send, repository, 'typed', bytes)).status).toBe(201);
    await expectStored('typed', bytes, mediaType);
  });

  it('whose type only the Content-Type tells', async () => {
    const bytes = json({ schemaVersion: 2, manifests: [], annotations: { only: 'header' } });

    expect(
      (await putManifest(send, repository, 'untyped', bytes, { 'content-type': imageIndex })).status,
    ).toBe(201);
    await expectStored('untyped', bytes, imageIndex);
  });

  it('under sha512, as well as under sha256', async () => {
    const bytes = manifestOf({ annotations: { hash: '512' } });
    for (const digest of [digestOf(bytes, 'sha512'), digestOf(bytes)]) {
      expect((await putManifest(send, repository, digest, bytes)).headers['docker-content-digest']).toBe(
        digest,
      );
      await expectStored(digest, bytes, imageManifest);
      expect((await send('HEAD', path(digest))).headers['docker-content-digest']).toBe(digest);
    }
  });

  it('again and again', async () => {
    const bytes = manifestOf({ annotations: { again: 'yes' } });
    const statuses = [
      await putManifest(send, repository, 'again', bytes),
      await putManifest(send, repository, 'again', bytes),
    ];

    expect(statuses.map(({ status }) => status)).toEqual([201, 201]);
  });

  it('sparse: without the parts that they name, images and indexes, in a plain repository', async () => {
    const image = manifestOf({ layers: [descriptor('not here', 'application/x')] });
    expect((await putManifest(send, 'contoso/sparse', 'image', image)).status).toBe(201);
    const index = indexOf([manifestOf({ annotations: { not: 'here' } }), image]);
    expect((await putManifest(send, 'contoso/sparse', 'index', index)).status).toBe(201);
  });

  it('nested: an index of an index', async () => {
    const image = manifestOf({ annotations: { nested: 'image' } });
    const inner = indexOf([image]);
    const outer = indexOf([inner, image], { artifactType: 'application/x' });
    for (const bytes of [image, inner, outer]) await putManifest(send, repository, digestOf(bytes), bytes);

    await expectStored(digestOf(outer), outer, imageIndex);
  });
});

describe('manifests that are refused', () => {
  const invalid = { status: 400, code: 'MANIFEST_INVALID' };
  it.each([
    ['no JSON', 'x', {}, invalid],
    ['broken UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), {}, invalid],
    ['nothing', '', {}, invalid],
    ['a list', '[]', {}, invalid],
    ['schema version 1', '{"schemaVersion":1}', {}, invalid],
    [
      'a config without size',
      JSON.stringify({ schemaVersion: 2, config: { mediaType: 'x', digest: digestOf('') }, layers: [] }),
      {},
      invalid,
    ],
    [
      'a layer with a broken digest',
      manifestOf({ layers: [{ mediaType: 'x', size: 1, digest: 'sha256:x' }] }),
      {},
      invalid,
    ],
    ['another Content-Type than mediaType', manifestOf(), { 'content-type': imageIndex }, invalid],
    [
      'an unknown type',
      manifestOf({ mediaType: 'application/x' }),
      { 'content-type': 'application/x' },
      invalid,
    ],
    ['an image that is also an index', manifestOf({ manifests: [] }), {}, invalid],
    [
      'the wrong size of a part that is here',
      manifestOf({ config: { ...emptyConfig, size: 3 } }),
      {},
      invalid,
    ],
  ])('%s', async (_what, body, headers, expected) => {
    const answer = await send('PUT', path('refused'), {
      headers: { 'content-type': imageManifest, ...headers },
      body,
    });

    expect(errorOf(answer)).toMatchObject(expected);
    expect((await send('HEAD', path('refused'))).status).toBe(404);
  });

  it('under a digest that is not theirs: 400 DIGEST_INVALID', async () => {
    const answer = await putManifest(send, repository, digestOf('other'), manifestOf());

    expect(errorOf(answer)).toEqual({ status: 400, code: 'DIGEST_INVALID', error: 'ASH-DIGEST-MISMATCH' });
    expect((await send('HEAD', path(digestOf('other')))).status).toBe(404);
  });

  it.each(['sha256:baddigeststring', '.dot', '-dash', 'a'.repeat(129), 'a%20b', '%C3%A4'])(
    'under %s: 400',
    async (reference) => {
      expect((await putManifest(send, repository, reference, manifestOf())).status).toBe(400);
    },
  );

  it('and those under a tag of 128 characters are not', async () => {
    expect((await putManifest(send, repository, 'a'.repeat(128), manifestOf())).status).toBe(201);
  });

  it('of more than 4 MiB: 413 SIZE_INVALID; 4 MiB are taken', async () => {
    const limit = 4 * 1024 * 1024;
    const sized = (size: number) => {
      const frame = manifestOf({ annotations: { pad: '' } }).length;
      return manifestOf({ annotations: { pad: 'x'.repeat(size - frame) } });
    };

    expect((await putManifest(send, repository, 'large', sized(limit))).status).toBe(201);
    expect((await send('HEAD', path('large'))).headers['content-length']).toBe(String(limit));
    expect(errorOf(await putManifest(send, repository, 'larger', sized(limit + 1)))).toMatchObject({
      status: 413,
      code: 'SIZE_INVALID',
    });
    const body = Readable.from([sized(limit + 1)]);
    const streamed = await send('PUT', path('larger'), { headers: { 'content-type': imageManifest }, body });
    expect(streamed.status).toBe(413);
  });

  it('with 20,000 layers are not: a manifest has as many parts as fit in', async () => {
    const layers = Array.from({ length: 20_000 }, (_, i) => ({
      mediaType: 'x',
      size: i,
      digest: digestOf(String(i)),
    }));
    const bytes = manifestOf({ layers });
    expect(bytes.length).toBeLessThan(4 * 1024 * 1024);

    expect((await putManifest(send, repository, 'many', bytes)).status).toBe(201);
  });
});

describe('subjects', () => {
  it('are confirmed with OCI-Subject, whether they exist or not', async () => {
    const { manifest, digest } = await pushImage(send, repository, 'subject');
    for (const subject of [descriptor(manifest, imageManifest), descriptor('not here', imageManifest)]) {
      const put = await putManifest(send, repository, 'referrer', manifestOf({ subject }));
      expect(put.headers['oci-subject']).toBe(subject.digest);
    }
    expect(
      (
        await putManifest(
          send,
          repository,
          'index',
          indexOf([manifest], { subject: descriptor(manifest, imageManifest) }),
        )
      ).headers['oci-subject'],
    ).toBe(digest);
    expect(
      (await putManifest(send, repository, 'none', manifestOf())).headers['oci-subject'],
    ).toBeUndefined();
  });
});

describe('end-7b: tag parameters', () => {
  const bytes = manifestOf({ annotations: { tagged: 'by parameter' } });
  const put = async (query: string) =>
    await putManifest(send, 'contoso/tagged', `${digestOf(bytes)}?${query}`, bytes);
  const tagsOf = async () => (await send('GET', '/v2/contoso/tagged/tags/list')).json.tags as string[];

  it('are taken and confirmed with OCI-Tag, at least ten', async () => {
    const tags = Array.from({ length: 12 }, (_, i) => `t${10 + i}`);
    const answer = await put(tags.map((tag) => `tag=${tag}`).join('&'));

    expect(answer.status).toBe(201);
    expect(answer.headers['oci-tag']).toBe(tags.join(', '));
    expect(await tagsOf()).toEqual(tags);
    expect((await send('GET', '/v2/contoso/tagged/manifests/t21')).headers['docker-content-digest']).toBe(
      digestOf(bytes),
    );
  });

  it('work up to 100; more are refused with 414 and nothing is written', async () => {
    const tags = (count: number) => Array.from({ length: count }, (_, i) => `tag=n${i}`).join('&');

    expect((await put(tags(101))).status).toBe(414);
    expect(await tagsOf()).not.toContain('n0');
    expect((await put(tags(100))).status).toBe(201);
    expect(await tagsOf()).toHaveLength(112);
  });

  it.each(['tag=ok1&tag=-wrong', 'tag=ok1&tag=', `tag=ok1&tag=${'a'.repeat(129)}`])(
    'are all or nothing: %s',
    async (query) => {
      expect((await put(query)).status).toBe(400);
      expect(await tagsOf()).not.toContain('ok1');
    },
  );

  it('are not confirmed when there are none', async () => {
    expect((await put('')).headers['oci-tag']).toBeUndefined();
  });
});

describe('conditions', () => {
  const one = manifestOf({ annotations: { condition: 'one' } });
  const two = manifestOf({ annotations: { condition: 'two' } });
  const put = async (bytes: Buffer, headers: Record<string, string>, tag = 'conditional') =>
    (await putManifest(send, repository, tag, bytes, headers)).status;

  it('If-None-Match: * creates and never overwrites', async () => {
    expect([await put(one, { 'if-none-match': '*' }), await put(two, { 'if-none-match': '*' })]).toEqual([
      201, 412,
    ]);
    expect((await send('HEAD', path('conditional'))).headers['docker-content-digest']).toBe(digestOf(one));
  });

  it('If-None-Match: * lets one of many at once through', async () => {
    const many = Array.from({ length: 8 }, (_, i) => manifestOf({ annotations: { racer: String(i) } }));
    const statuses = await Promise.all(
      many.map(async (bytes) => await put(bytes, { 'if-none-match': '*' }, 'race')),
    );

    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 412)).toHaveLength(7);
  });

  it('If-Match moves a tag only from where the client saw it', async () => {
    const etag = (await send('HEAD', path('conditional'))).headers.etag!;

    expect(await put(two, { 'if-match': '"other"' })).toBe(412);
    expect(await put(two, { 'if-match': `"other", ${etag}` })).toBe(201);
    expect(await put(one, { 'if-match': etag })).toBe(412);
    expect(await put(one, { 'if-match': '*' })).toBe(201);
    expect(await put(one, { 'if-match': '*' }, 'not-there')).toBe(412);
  });
});

describe('tags of plain repositories', () => {
  it('move', async () => {
    await putManifest(send, repository, 'moving', manifestOf({ annotations: { at: '1' } }));
    const second = manifestOf({ annotations: { at: '2' } });
    await putManifest(send, repository, 'moving', second);

    await expectStored('moving', second, imageManifest);
  });

  it('stay where they are in an immutable namespace', async () => {
    await server.api('POST', '/namespaces', { name: 'fixed', visibility: 'private', immutable: true });
    const first = manifestOf({ annotations: { at: '1' } });

    expect((await putManifest(send, 'fixed/image', 'v1', first)).status).toBe(201);
    expect((await putManifest(send, 'fixed/image', 'v1', first)).status).toBe(201);
    expect(errorOf(await putManifest(send, 'fixed/image', 'v1', manifestOf()))).toEqual({
      status: 409,
      code: 'DENIED',
      error: 'ASH-TAG-IMMUTABLE',
    });
    expect((await putManifest(send, 'fixed/image', 'v2', manifestOf())).status).toBe(201);
  });
});
