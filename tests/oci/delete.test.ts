import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startTestServer, type TestServer } from '../support/server.ts';
import { errorOf, ociClient, type Send } from './client.ts';
import { digestOf, indexOf, manifestOf, pushBlob, pushImage, putManifest } from './content.ts';

const repository = 'contoso/image';
const manifest = (reference: string) => `/v2/${repository}/manifests/${reference}`;
const blob = (digest: string) => `/v2/${repository}/blobs/${digest}`;

let server: TestServer;
let send: Send;
const statusOf = async (path: string) => [
  (await send('HEAD', path)).status,
  (await send('GET', path)).status,
];

beforeAll(async () => {
  server = await startTestServer();
  ({ send } = ociClient(server, { token: server.admin }));
});
afterAll(async () => await server.stop());

describe('end-9 and end-10: deleting in a plain repository works at once', () => {
  it('a tag: its manifest and other tags stay', async () => {
    const { digest } = await pushImage(send, repository, 'one', 'same');
    await pushImage(send, repository, 'two', 'same');

    expect(await send('DELETE', manifest('one'))).toMatchObject({
      status: 202,
      headers: { 'content-length': '0' },
    });
    expect(await statusOf(manifest('one'))).toEqual([404, 404]);
    expect((await send('GET', `/v2/${repository}/tags/list`)).json.tags).toEqual(['two']);
    expect([await statusOf(manifest('two')), await statusOf(manifest(digest))]).toEqual([
      [200, 200],
      [200, 200],
    ]);
  });

  it('a manifest by digest: its tags go with it, its blobs stay, and it may come back', async () => {
    const { digest, layer } = await pushImage(send, repository, 'three');

    expect((await send('DELETE', manifest(digest))).status).toBe(202);
    expect([await statusOf(manifest(digest)), await statusOf(manifest('three'))]).toEqual([
      [404, 404],
      [404, 404],
    ]);
    expect(await statusOf(blob(layer))).toEqual([200, 200]);
    await pushImage(send, repository, 'three');
    expect(await statusOf(manifest('three'))).toEqual([200, 200]);
  });

  it('a manifest under one algorithm leaves it under the other', async () => {
    const bytes = manifestOf({ annotations: { two: 'algorithms' } });
    const digests = [digestOf(bytes), digestOf(bytes, 'sha512')] as const;
    for (const digest of digests) await putManifest(send, repository, digest, bytes);

    await send('DELETE', manifest(digests[1]));
    expect([await statusOf(manifest(digests[0])), await statusOf(manifest(digests[1]))]).toEqual([
      [200, 200],
      [404, 404],
    ]);
  });

  it('a manifest that an index names: the index stays, sparse', async () => {
    const image = manifestOf({ annotations: { part: 'of an index' } });
    const index = indexOf([image]);
    for (const bytes of [image, index]) await putManifest(send, repository, digestOf(bytes), bytes);

    expect((await send('DELETE', manifest(digestOf(image)))).status).toBe(202);
    expect(await statusOf(manifest(digestOf(index)))).toEqual([200, 200]);
  });

  it('a blob, in this repository alone; and it may come back', async () => {
    const digest = await pushBlob(send, repository, 'to be deleted');
    await pushBlob(send, 'contoso/other', 'to be deleted');

    expect(await send('DELETE', blob(digest))).toMatchObject({
      status: 202,
      headers: { 'content-length': '0' },
    });
    expect(await statusOf(blob(digest))).toEqual([404, 404]);
    expect((await send('HEAD', `/v2/contoso/other/blobs/${digest}`)).status).toBe(200);
    await pushBlob(send, repository, 'to be deleted');
    expect(await statusOf(blob(digest))).toEqual([200, 200]);
  });

  it.each([
    ['an unknown tag', manifest('nothing'), 404, 'MANIFEST_UNKNOWN'],
    ['what cannot be a tag', manifest('.nothing'), 404, 'MANIFEST_UNKNOWN'],
    ['an unknown manifest', manifest(digestOf('nothing')), 404, 'MANIFEST_UNKNOWN'],
    ['a broken digest', manifest('sha256:x'), 400, 'DIGEST_INVALID'],
    ['an unknown blob', blob(digestOf('nothing')), 404, 'BLOB_UNKNOWN'],
    [
      'in an unknown repository',
      `/v2/contoso/nothing/manifests/${digestOf('nothing')}`,
      404,
      'MANIFEST_UNKNOWN',
    ],
    ['the list of tags', `/v2/${repository}/tags/list`, 405, 'UNSUPPORTED'],
  ])('%s is answered as such', async (_what, path, status, code) => {
    expect(errorOf(await send('DELETE', path))).toMatchObject({ status, code });
  });
});

describe('deleting needs manage', () => {
  it.each([
    ['anonymous', undefined, 401, 'UNAUTHORIZED'],
    ['read', 'read:contoso', 403, 'DENIED'],
    ['publish', 'publish:contoso', 403, 'DENIED'],
    ['another namespace', 'manage:elsewhere', 404, undefined],
  ])('%s may not', async (_who, scope, status, code) => {
    const { digest, layer } = await pushImage(send, repository, 'kept');
    const token = scope === undefined ? undefined : await server.token(scope);
    const { send: other } = ociClient(server, { token });

    for (const path of [manifest('kept'), manifest(digest), blob(layer)]) {
      const answer = await other('DELETE', path);
      expect(answer.status).toBe(status);
      if (code !== undefined) expect(errorOf(answer).code).toBe(code);
    }
    expect(await statusOf(manifest('kept'))).toEqual([200, 200]);
    expect(await statusOf(blob(layer))).toEqual([200, 200]);
  });

  it('manage may', async () => {
    await pushImage(send, repository, 'mine');
    const { send: manager } = ociClient(server, { token: await server.token('manage:contoso') });

    expect((await manager('DELETE', manifest('mine'))).status).toBe(202);
  });
});
