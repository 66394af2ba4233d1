import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { type Client, errorOf, ociClient } from '../oci/client.ts';
import { bytesOf, descriptor, digestOf, imageManifest, manifestOf, pushBlob } from '../oci/content.ts';
import { publishFiles, startTestServer, type TestServer } from '../support/server.ts';

const repository = 'contoso/image';

let server: TestServer;
let client: Client;

beforeAll(async () => {
  server = await startTestServer();
  client = ociClient(server, { token: server.admin });
});

afterAll(async () => {
  await server.stop();
});

function fileOf(digest: string): string {
  const hex = digest.slice('sha256:'.length);
  return join(server.data, 'blobs', 'sha256', hex.slice(0, 2), hex);
}

async function flip(digest: string, position: number): Promise<void> {
  await using file = await open(fileOf(digest), 'r+');
  const byte = Buffer.alloc(1);
  await file.read(byte, 0, 1, position);
  byte[0]! ^= 0x80;
  await file.write(byte, 0, 1, position);
}

/** F-16: bytes that changed on the disk. */
describe('a stored blob that was damaged', () => {
  const large = bytesOf(3_000_000);
  let digest: string;

  beforeEach(async () => {
    digest = await pushBlob(client.send, repository, large);
  });

  it.each([0, 1_500_000, 2_999_999])('never arrives whole when byte %s is wrong', async (position) => {
    await flip(digest, position);

    await expect(client.send('GET', `/v2/${repository}/blobs/${digest}`)).rejects.toThrow(/aborted|hang up/);
    const again = await client.send('GET', `/v2/${repository}/blobs/${digest}`);
    expect(errorOf(again)).toMatchObject({ status: 500, error: 'ASH-BLOB-DAMAGED' });
    expect(again.json.errors[0].message).toContain(digest);
  });

  it('gives no range of it either, wherever the wrong byte is', async () => {
    await flip(digest, 2_999_999);
    const headers = { range: 'bytes=0-9' };

    const answer = await client.send('GET', `/v2/${repository}/blobs/${digest}`, { headers }).catch(String);

    expect(typeof answer === 'string' || answer.status === 500).toBe(true);
  });

  it('is said to be missing before a push, and healed by it', async () => {
    await flip(digest, 7);
    await client.send('GET', `/v2/${repository}/blobs/${digest}`).catch(() => {});

    expect((await client.send('HEAD', `/v2/${repository}/blobs/${digest}`)).status).toBe(404);
    const mount = `/v2/contoso/other/blobs/uploads/?mount=${digest}&from=${repository}`;
    expect((await client.send('POST', mount)).status).toBe(202);
    await pushBlob(client.send, repository, large);
    const answer = await client.send('GET', `/v2/${repository}/blobs/${digest}`);
    expect(createHash('sha256').update(answer.body).digest('hex')).toBe(digest.slice('sha256:'.length));
    expect((await readdir(join(server.data, 'blobs', 'quarantine'))).length).toBeGreaterThan(0);
  });

  it('is healed by publishing the same version again', async () => {
    const publish = async () =>
      await publishFiles(server, 'terraform/contoso/healed/azurerm@1.0.0', { 'main.tf': '# the same\n' });
    const { body } = await publish();
    const path = '/v2/terraform/contoso/healed/azurerm';
    const manifest = JSON.parse((await client.send('GET', `${path}/manifests/1.0.0`)).text);
    const layer = manifest.layers[0].digest as string;
    for (const lost of [layer, body.digest as string]) {
      await flip(lost, 9);
      await client.send('GET', `${path}/blobs/${lost}`).catch(() => {});
      await client.send('GET', `${path}/manifests/${lost}`).catch(() => {});
      expect(existsSync(fileOf(lost))).toBe(false);
    }

    expect((await publish()).status).toBe(200);
    expect(digestOf((await client.send('GET', `${path}/manifests/1.0.0`)).body)).toBe(body.digest);
    expect(digestOf((await client.send('GET', `${path}/blobs/${layer}`)).body)).toBe(layer);
  });

  it('is refused as part of a push that reads it', async () => {
    const layer = Buffer.from('no zip at all');
    const module = 'terraform/contoso/net/azurerm';
    const layerDigest = await pushBlob(client.send, module, layer);
    await pushBlob(client.send, module, '{}');
    await flip(layerDigest, 3);
    const body = manifestOf({
      artifactType: 'application/vnd.opentofu.modulepkg',
      layers: [descriptor(layer, 'archive/zip')],
    });

    const answer = await client.send('PUT', `/v2/${module}/manifests/1.0.0`, {
      headers: { 'content-type': imageManifest },
      body,
    });

    expect(errorOf(answer)).toMatchObject({ status: 500, error: 'ASH-BLOB-DAMAGED' });
  });

  it('breaks a manifest too, and pushing that again heals it', async () => {
    await pushBlob(client.send, repository, '{}');
    const body = manifestOf({ annotations: { a: 'damage' } });
    const put = async () =>
      await client.send('PUT', `/v2/${repository}/manifests/tagged`, {
        headers: { 'content-type': imageManifest },
        body,
      });
    expect((await put()).status).toBe(201);
    await flip(digestOf(body), 30);

    for (const reference of ['tagged', digestOf(body)]) {
      const answer = await client.send('GET', `/v2/${repository}/manifests/${reference}`);
      expect(errorOf(answer)).toMatchObject({ status: 500, error: 'ASH-BLOB-DAMAGED' });
    }
    expect((await put()).status).toBe(201);
    expect((await client.send('GET', `/v2/${repository}/manifests/tagged`)).body.equals(body)).toBe(true);
  });

  it('is told from one that is not there at all by nobody but the log', async () => {
    await rm(fileOf(digest));

    const answer = await client.send('GET', `/v2/${repository}/blobs/${digest}`);

    expect(errorOf(answer)).toMatchObject({ status: 500, error: 'ASH-BLOB-DAMAGED' });
  });
});
