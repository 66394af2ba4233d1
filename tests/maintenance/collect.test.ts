import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type Client, ociClient } from '../oci/client.ts';
import { bytesOf, descriptor, digestOf, imageManifest, manifestOf, pushBlob } from '../oci/content.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { runTask } from './task.ts';

const image = 'contoso/image';
const day = 86_400_000;
const minute = 60_000;

let server: TestServer;
let client: Client;
let now: number;

beforeEach(async () => {
  now = Date.now();
  server = await startTestServer({ clock: { now: () => now } });
  // Files have the time of the disk.
  now = Date.now();
  client = ociClient(server, { token: server.admin });
});

afterEach(async () => {
  await server.stop();
});

async function pushImage(tag: string, layer: Buffer, repository = image): Promise<string> {
  await pushBlob(client.send, repository, '{}');
  await pushBlob(client.send, repository, layer);
  return await putManifest(tag, layer, repository);
}

async function putManifest(tag: string, layer: Buffer, repository = image): Promise<string> {
  const body = manifestOf({ layers: [descriptor(layer, 'application/octet-stream')] });
  const headers = { 'content-type': imageManifest };
  const answer = await client.send('PUT', `/v2/${repository}/manifests/${tag}`, { headers, body });
  expect(answer.status).toBe(201);
  return digestOf(body);
}

const statusOf = async (method: string, digest: string) =>
  (await client.send(method, `/v2/${image}/blobs/${digest}`)).status;

async function storedFiles(): Promise<number> {
  const entries = await readdir(join(server.data, 'blobs', 'sha256'), {
    recursive: true,
    withFileTypes: true,
  });
  return entries.filter((entry) => entry.isFile()).length;
}

describe('collection', () => {
  it('keeps everything that a tag, a manifest or a version leads to', async () => {
    const layer = bytesOf(5000);
    await pushImage('one', layer);
    const before = await storedFiles();
    now += 100 * day;

    const task = await runTask(server, 'gc');

    expect(task).toMatchObject({ state: 'done', figures: { unnamed: 0, blobs: 0, waiting: 0 } });
    expect(await storedFiles()).toBe(before);
    expect(await statusOf('GET', digestOf(layer))).toBe(200);
  });

  it('removes what was deleted, after its grace, and counts it', async () => {
    const layer = bytesOf(5000);
    const manifest = await pushImage('one', layer);
    expect((await client.send('DELETE', `/v2/${image}/manifests/${manifest}`)).status).toBe(202);

    expect((await runTask(server, 'gc')).figures).toMatchObject({ unnamed: 0, blobs: 0, waiting: 1 });
    now += day + minute;
    const dry = (await runTask(server, 'gc', { dryRun: true })).figures;
    expect(dry).toMatchObject({ unnamed: 2, blobs: 3, waiting: 0 });
    expect(await statusOf('GET', digestOf(layer))).toBe(200);
    const { figures } = await runTask(server, 'gc');
    expect(figures).toMatchObject({ unnamed: 2, blobs: 3, waiting: 0, waitingBytes: 0 });
    expect(figures.bytes).toBeGreaterThan(5000);
    expect(await storedFiles()).toBe(0);
    expect(await statusOf('GET', digestOf(layer))).toBe(404);
  });

  it('takes a grace that is asked for instead of the configured one', async () => {
    await pushBlob(client.send, image, 'lonely');
    now += 10 * minute;

    expect((await runTask(server, 'gc', { grace: 660 })).figures).toMatchObject({ unnamed: 0, blobs: 0 });
    expect((await runTask(server, 'gc', { grace: 480 })).figures).toMatchObject({ unnamed: 1, blobs: 1 });
    expect(await statusOf('GET', digestOf('lonely'))).toBe(404);
  });

  it('keeps what a client was told to be there, and what another repository holds', async () => {
    const [promised, mounted] = [bytesOf(2000, 'promised'), bytesOf(2000, 'mounted')];
    for (const bytes of [promised, mounted]) await pushBlob(client.send, image, bytes);
    now += day + minute;
    expect(await statusOf('HEAD', digestOf(promised))).toBe(200);
    const mount = `/v2/contoso/other/blobs/uploads/?mount=${digestOf(mounted)}&from=${image}`;
    expect((await client.send('POST', mount)).status).toBe(201);

    expect((await runTask(server, 'gc')).figures).toMatchObject({ unnamed: 1, blobs: 0 });

    await pushBlob(client.send, image, '{}');
    await putManifest('promised', promised);
    expect((await client.send('GET', `/v2/contoso/other/blobs/${digestOf(mounted)}`)).status).toBe(200);
  });

  it('lets nobody but an administrator start or see it', async () => {
    const manager = await server.token('manage:contoso');
    for (const [method, path] of [
      ['POST', '/gc'],
      ['POST', '/scrub'],
      ['GET', '/tasks'],
    ] as const) {
      const body = method === 'POST' ? {} : undefined;
      expect((await server.api(method, path, body, manager)).body.code).toBe('ASH-FORBIDDEN-ADMIN');
      expect((await server.api(method, path, body, '')).body.code).toBe('ASH-AUTH-REQUIRED');
    }
    expect((await server.api('GET', '/tasks/none')).body.code).toBe('ASH-TASK-UNKNOWN');
    expect((await server.api('POST', '/gc', { grace: -1 })).status).toBe(400);
    // As with curl -X POST, without any body.
    expect((await server.api('POST', '/scrub')).status).toBe(202);
  });
});
