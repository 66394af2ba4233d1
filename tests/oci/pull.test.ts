import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startTestServer, type TestServer } from '../support/server.ts';
import { errorOf, ociClient, type Send } from './client.ts';
import { bytesOf, digestOf, imageManifest, pushBlob, pushImage } from './content.ts';

const repository = 'contoso/tools/image';
const blob = bytesOf(3000);
const blobPath = `/v2/${repository}/blobs/${digestOf(blob)}`;
const unknownDigest = digestOf('never pushed');

let server: TestServer;
let send: Send;
let image: Awaited<ReturnType<typeof pushImage>>;

beforeAll(async () => {
  server = await startTestServer();
  ({ send } = ociClient(server, { token: server.admin }));
  await pushBlob(send, repository, blob);
  await pushBlob(send, repository, '');
  image = await pushImage(send, repository, 'v1');
});
afterAll(async () => await server.stop());

describe('end-1: the base', () => {
  it.each(['/v2/', '/v2', '/v2/?x=1'])('answers GET and HEAD of %s', async (path) => {
    const get = await send('GET', path);
    const head = await send('HEAD', path);

    expect(get).toMatchObject({ status: 200, text: '{}', headers: { 'content-type': 'application/json' } });
    expect(get.headers['docker-distribution-api-version']).toBe('registry/2.0');
    expect(head).toMatchObject({ status: 200, text: '', headers: { 'content-length': '2' } });
  });
});

describe('end-2: blobs', () => {
  it('gives the exact bytes with digest, length, type and no encoding', async () => {
    const answer = await send('GET', blobPath, { headers: { 'accept-encoding': 'gzip, br' } });

    expect(answer.status).toBe(200);
    expect(answer.body.equals(blob)).toBe(true);
    expect(answer.headers).toMatchObject({
      'docker-content-digest': digestOf(blob),
      'content-length': '3000',
      'content-type': 'application/octet-stream',
      'accept-ranges': 'bytes',
      etag: `"${digestOf(blob)}"`,
    });
    expect(answer.headers['content-encoding']).toBeUndefined();
  });

  it('answers HEAD with the same headers and no body', async () => {
    const get = await send('GET', blobPath);
    const head = await send('HEAD', blobPath);

    const { date: _a, 'x-request-id': _b, ...ofGet } = get.headers;
    const { date: _c, 'x-request-id': _d, ...ofHead } = head.headers;
    expect({ status: head.status, size: head.body.length, headers: ofHead }).toEqual({
      status: 200,
      size: 0,
      headers: ofGet,
    });
  });

  it('gives a zero-byte blob', async () => {
    const path = `/v2/${repository}/blobs/${digestOf('')}`;

    expect(await send('GET', path)).toMatchObject({
      status: 200,
      text: '',
      headers: { 'content-length': '0' },
    });
    expect(await send('HEAD', path)).toMatchObject({ status: 200, headers: { 'content-length': '0' } });
    expect(errorOf(await send('GET', path, { headers: { range: 'bytes=0-' } }))).toMatchObject({
      status: 416,
    });
  });

  it.each(['GET', 'HEAD'])('answers %s of an unknown blob with 404', async (method) => {
    expect((await send(method, `/v2/${repository}/blobs/${unknownDigest}`)).status).toBe(404);
  });

  it('does not give a blob of one repository out of another', async () => {
    await pushBlob(send, 'contoso/other', 'x');

    expect(errorOf(await send('GET', `/v2/contoso/other/blobs/${digestOf(blob)}`))).toEqual({
      status: 404,
      code: 'BLOB_UNKNOWN',
      error: 'ASH-BLOB-UNKNOWN',
    });
  });

  it('answers 304 to who has the content', async () => {
    for (const tag of [`"${digestOf(blob)}"`, `W/"x", "${digestOf(blob)}"`, '*']) {
      expect((await send('GET', blobPath, { headers: { 'if-none-match': tag } })).status).toBe(304);
    }
    expect((await send('GET', blobPath, { headers: { 'if-none-match': '"x"' } })).status).toBe(200);
  });
});

describe('ranges of blobs', () => {
  it.each([
    ['bytes=500-1499', 500, 1499],
    ['bytes=500-', 500, 2999],
    ['bytes=-500', 2500, 2999],
    ['bytes=2000-5000', 2000, 2999],
    ['bytes=0-0', 0, 0],
    ['bytes=-5000', 0, 2999],
    ['bytes=2999-2999', 2999, 2999],
  ])('%s is answered 206 with these bytes', async (range, start, end) => {
    const answer = await send('GET', blobPath, { headers: { range } });

    expect(answer.status).toBe(206);
    expect(answer.headers).toMatchObject({
      'content-range': `bytes ${start}-${end}/3000`,
      'content-length': String(end - start + 1),
      'docker-content-digest': digestOf(blob),
    });
    expect(answer.body.equals(blob.subarray(start, end + 1))).toBe(true);
  });

  it.each(['bytes=500-0', 'bytes=5000-10000', 'bytes=3000-', 'bytes=-0'])(
    '%s is answered 416 with the size',
    async (range) => {
      const answer = await send('GET', blobPath, { headers: { range } });

      expect({ status: answer.status, range: answer.headers['content-range'] }).toEqual({
        status: 416,
        range: 'bytes */3000',
      });
      expect(answer.headers['content-type']).toBe('application/json');
    },
  );

  it.each(['lines=1-2', 'bytes=0-1,5-6', 'bytes=a-b', 'bytes=-'])(
    '%s is no range of ours: the whole',
    async (range) => {
      expect(await send('GET', blobPath, { headers: { range } })).toMatchObject({
        status: 200,
        headers: { 'content-length': '3000' },
      });
    },
  );

  it('If-Range decides between the range and the whole', async () => {
    const ask = async (condition: string) =>
      (await send('GET', blobPath, { headers: { range: 'bytes=0-9', 'if-range': condition } })).status;

    expect([
      await ask(`"${digestOf(blob)}"`),
      await ask('"other"'),
      await ask('Sat, 21 Nov 2026 00:00:00 GMT'),
    ]).toEqual([206, 200, 200]);
  });

  it('HEAD knows no ranges', async () => {
    expect(await send('HEAD', blobPath, { headers: { range: 'bytes=0-9' } })).toMatchObject({
      status: 200,
      headers: { 'content-length': '3000' },
    });
  });
});

describe('end-3: manifests', () => {
  it.each(['v1', 'digest'])(
    'gives by %s the exact bytes, digest, length and type without parameters',
    async (by) => {
      const path = `/v2/${repository}/manifests/${by === 'v1' ? 'v1' : image.digest}`;
      const headers = {
        'docker-content-digest': image.digest,
        'content-type': imageManifest,
        'content-length': String(image.manifest.length),
        etag: `"${image.digest}"`,
      };

      const get = await send('GET', path, { headers: { accept: 'text/html' } });
      expect(get).toMatchObject({ status: 200, headers });
      expect(get.body.equals(image.manifest)).toBe(true);
      expect(await send('HEAD', path)).toMatchObject({ status: 200, text: '', headers });
    },
  );

  it('answers 304 to who has the manifest', async () => {
    const headers = { 'if-none-match': `"${image.digest}"` };

    expect((await send('GET', `/v2/${repository}/manifests/v1`, { headers })).status).toBe(304);
  });

  it.each([
    ['an unknown tag', 'nothing', 404, 'MANIFEST_UNKNOWN'],
    ['an unknown digest', unknownDigest, 404, 'MANIFEST_UNKNOWN'],
    ['what cannot be a tag', '.INVALID_MANIFEST_NAME', 404, 'MANIFEST_UNKNOWN'],
    ['a tag of 129 characters', 'a'.repeat(129), 404, 'MANIFEST_UNKNOWN'],
    ['a broken digest', 'sha256:baddigeststring', 400, 'DIGEST_INVALID'],
    ['a digest in upper case', `sha256:${'A'.repeat(64)}`, 400, 'DIGEST_INVALID'],
    ['a digest of another algorithm', `md5:${'a'.repeat(32)}`, 400, 'DIGEST_INVALID'],
  ])('%s', async (_what, reference, status, code) => {
    const path = `/v2/${repository}/manifests/${reference}`;

    expect(errorOf(await send('GET', path))).toMatchObject({ status, code });
    const head = await send('HEAD', path);
    expect({ status: head.status, size: head.body.length, type: head.headers['content-type'] }).toEqual({
      status,
      size: 0,
      type: 'application/json',
    });
  });
});

describe('paths', () => {
  it.each([
    ['%2F in the name', `/v2/contoso%2Ftools%2Fimage/manifests/v1`],
    ['%2f in the name', `/v2/contoso%2ftools%2Fimage/manifests/v1`],
    ['%3A in the digest', () => `/v2/${repository}/manifests/${image.digest.replace(':', '%3A')}`],
    ['%3a in the digest', () => `/v2/${repository}/blobs/${image.layer.replace(':', '%3a')}`],
    ['a query that nobody knows', `/v2/${repository}/manifests/v1?ns=docker.io`],
  ])('take %s', async (_what, path) => {
    expect((await send('GET', typeof path === 'string' ? path : path())).status).toBe(200);
  });

  it.each([
    ['an empty segment', '/v2/contoso//image/manifests/v1', 400, 'NAME_INVALID'],
    ['a segment ..', '/v2/contoso/../image/manifests/v1', 400, 'NAME_INVALID'],
    ['an escaped ..', '/v2/contoso%2F..%2F..%2Fetc/manifests/v1', 400, 'NAME_INVALID'],
    ['upper case', '/v2/Contoso/image/manifests/v1', 400, 'NAME_INVALID'],
    ['no such endpoint', '/v2/contoso/image/nothing/v1', 404, 'NAME_UNKNOWN'],
    ['too short', '/v2/contoso', 404, 'NAME_UNKNOWN'],
  ])('refuse %s', async (_what, path, status, code) => {
    expect(errorOf(await send('GET', path))).toMatchObject({ status, code });
  });

  it.each([
    'contoso/blobs/uploads',
    'contoso/manifests/image',
    'contoso/tags/list',
    'contoso/blobs',
    'contoso/referrers/x',
  ])('find the repository %s by reading from the end', async (name) => {
    const { digest, layer } = await pushImage(send, name, 'list');

    expect((await send('GET', `/v2/${name}/manifests/list`)).headers['docker-content-digest']).toBe(digest);
    expect((await send('GET', `/v2/${name}/blobs/${layer}`)).status).toBe(200);
    expect((await send('GET', `/v2/${name}/tags/list`)).json).toEqual({ name, tags: ['list'] });
    expect((await send('GET', `/v2/${name}/referrers/${digest}`)).json.manifests).toEqual([]);
  });

  it('with a broken escape are refused', async () => {
    expect((await send('GET', '/v2/contoso/%zz/manifests/v1')).status).toBe(400);
  });

  it('take names of 255 characters and none longer', async () => {
    const name = `contoso/${'a'.repeat(247)}`;
    const post = async (repo: string) =>
      await send('POST', `/v2/${repo}/blobs/uploads/?digest=${digestOf('')}`);

    expect((await post(name)).status).toBe(201);
    expect(errorOf(await post(`${name}a`))).toMatchObject({ status: 400, code: 'NAME_INVALID' });
  });
});
