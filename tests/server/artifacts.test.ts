import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { expect, it } from 'vitest';

import { publishFiles, startTestServer } from '../support/server.ts';

it('artifacts: deny turns plain repositories off, also those that have content, and leaves modules alone', async () => {
  const data = await mkdtemp(join(tmpdir(), 'ashlar-artifacts-'));
  const open = await startTestServer({ data });
  const headers = { authorization: `Bearer ${open.admin}` };
  const manifest = JSON.stringify({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.index.v1+json',
    manifests: [],
  });
  await fetch(`${open.http}/v2/images/api/manifests/v1`, { method: 'PUT', headers, body: manifest });
  await publishFiles(open, 'terraform/images/net/test@1.0.0', { 'main.tf': '' });
  await open.stop();
  const closed = await startTestServer({ data, settings: { artifacts: 'deny' } });
  const ask = async (method: string, path: string) => {
    const response = await fetch(`${closed.http}/v2/${path}`, {
      method,
      headers,
      ...(method === 'PUT' ? { body: manifest } : {}),
    });
    return [response.status, response.headers.get('ashlar-error')];
  };

  const denied = [403, 'ASH-ARTIFACTS-DENIED'];
  expect(await ask('GET', 'images/api/manifests/v1')).toEqual(denied);
  expect(await ask('PUT', 'images/api/manifests/v2')).toEqual(denied);
  expect(await ask('POST', 'images/api/blobs/uploads/')).toEqual(denied);
  expect(await ask('GET', 'images/api/tags/list')).toEqual(denied);
  expect(await ask('GET', 'terraform/images/net/test/manifests/1.0.0')).toEqual([200, null]);
  const catalog = await fetch(`${closed.http}/v2/_catalog`, { headers });
  expect(await catalog.json()).toEqual({ repositories: ['terraform/images/net/test'] });
  await closed.stop();
  await rm(data, { recursive: true });
});
