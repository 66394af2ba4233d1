import { StatementSync } from 'node:sqlite';

import { afterAll, beforeAll, expect, it, vi } from 'vitest';

import { type OciContestant, manifestOf, pushBlob, pushManifest } from '../../bench/contestant/oci.ts';
import { publishFiles, startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;
const digests: Record<string, string> = {};
beforeAll(async () => {
  server = await startTestServer();
  await server.api('POST', '/namespaces', { name: 'contoso', visibility: 'public' });
  const registry = {
    url: server.http,
    repository: 'contoso/files',
    credentials: { authorization: `Bearer ${server.admin}` },
  } as unknown as OciContestant;
  const [config, layer] = [Buffer.from('{}'), Buffer.from('layer')];
  for (const bytes of [config, layer]) digests['blob'] = await pushBlob(registry, bytes);
  digests['manifest'] = await pushManifest(registry, manifestOf(config, layer, 1024));
  await publishFiles(server, 'terraform/contoso/net/azurerm@1.0.0', { 'main.tf': '# 1' });
});
afterAll(async () => await server.stop());

/** Each of them costs more than all else that a request does apart from its own bytes. */
it.each([
  ['a blob', () => `/v2/contoso/files/blobs/${digests['blob']}`, false, 2],
  ['a blob, with a token', () => `/v2/contoso/files/blobs/${digests['blob']}`, true, 3],
  ['a manifest', () => `/v2/contoso/files/manifests/${digests['manifest']}`, false, 2],
  ['versions', () => '/v1/modules/contoso/net/azurerm/versions', false, 3],
  ['a link to an archive', () => '/v1/modules/contoso/net/azurerm/1.0.0/download', false, 2],
])('%s takes few statements', async (_, path, withToken, count) => {
  const headers = withToken ? { authorization: `Bearer ${server.admin}` } : {};
  const all = vi.spyOn(StatementSync.prototype, 'all');

  const { ok } = await fetch(server.http + path(), { headers });

  expect([ok, all.mock.calls.length]).toEqual([true, count]);
});
