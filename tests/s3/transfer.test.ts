import { createHash } from 'node:crypto';
import { cp, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it, vi } from 'vitest';

import { type S3Service, startS3 } from '../support/s3/service.ts';
import { type ChildServer, startChild, token } from './child-server.ts';

const mebibyte = 1024 * 1024;
const layer = createHash('shake256', { outputLength: 100 * mebibyte })
  .update('layer')
  .digest();
const digest = `sha256:${createHash('sha256').update(layer).digest('hex')}`;
const path = `/v2/contoso/large/blobs/${digest}`;

let service: S3Service;
let parent: string;
let server: ChildServer;
let idleMemory: number;

beforeAll(async () => {
  service = await startS3();
  parent = await mkdtemp(join(tmpdir(), 'ashlar-s3-transfer-'));
  server = await startChild(join(parent, 'data'), service);
  idleMemory = await server.peakMemory();
  const answer = await server.request('POST', `/v2/contoso/large/blobs/uploads/?digest=${digest}`, layer, {
    'content-type': 'application/octet-stream',
  });
  if (answer.status !== 201) throw new Error(await answer.text());
}, 120_000);
afterAll(async () => {
  await server.program.stop();
  await service.stop();
  await rm(parent, { recursive: true });
});

/** Reads an answer without keeping it, and says its digest. */
async function digestOfAnswer(answer: Response): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of answer.body!) hash.update(chunk);
  return `sha256:${hash.digest('hex')}`;
}

it('moves 100 MB through the bucket in little memory', { timeout: 120_000 }, async () => {
  const pulls = Array.from(
    { length: 4 },
    async () => await digestOfAnswer(await server.request('GET', path)),
  );

  expect(new Set(await Promise.all(pulls))).toEqual(new Set([digest]));
  // The parts that are sent at once and the buffers on the way back; a layer in memory would be more than that.
  const grown = (await server.peakMemory()) - idleMemory;
  console.log(
    `100 MB pushed and pulled four times at once: ${Math.round(grown / mebibyte)} MiB more than at rest`,
  );
  expect(grown).toBeLessThan(200 * mebibyte);
});

it('answers HEAD and ranges', async () => {
  const head = await server.request('HEAD', path);
  expect([head.status, head.headers.get('content-length')]).toEqual([200, String(layer.length)]);

  for (const [start, end] of [
    [0, 0],
    [50_000_000, 50_000_099],
    [layer.length - 1, layer.length - 1],
  ] as const) {
    const part = await server.request('GET', path, undefined, { range: `bytes=${start}-${end}` });
    expect([part.status, part.headers.get('content-range')]).toEqual([
      206,
      `bytes ${start}-${end}/${layer.length}`,
    ]);
    expect(Buffer.from(await part.arrayBuffer()).equals(layer.subarray(start, end + 1))).toBe(true);
  }
  const outside = await server.request('GET', path, undefined, { range: `bytes=${layer.length}-` });
  expect(outside.status).toBe(416);
});

it('serves 64 pulls at once', { timeout: 120_000 }, async () => {
  const range = { range: 'bytes=1000000-1999999' };
  const pulls = Array.from({ length: 64 }, async () => {
    return await digestOfAnswer(await server.request('GET', path, undefined, range));
  });
  const expected = createHash('sha256').update(layer.subarray(1_000_000, 2_000_000)).digest('hex');

  expect(new Set(await Promise.all(pulls))).toEqual(new Set([`sha256:${expected}`]));
});

it('ends what it asks the bucket for when a client goes away', { timeout: 60_000 }, async () => {
  for (let i = 0; i < 10; i++) {
    await new Promise<void>((resolve, reject) => {
      const outgoing = httpRequest(server.url + path, {
        headers: { authorization: `Bearer ${token}` },
        agent: false,
      });
      outgoing.on('error', reject);
      outgoing.on('response', (incoming) => {
        incoming.once('data', () => incoming.destroy());
        incoming.on('error', () => {});
        incoming.once('close', resolve);
      });
      outgoing.end();
    });
  }

  await vi.waitFor(() => expect(service.active).toBe(0), { timeout: 20_000, interval: 50 });
});

it.each([0, 1, 60_000_000])('breaks the connection when the bucket ends after %d bytes', async (after) => {
  service.script = ({ action }) => (action === 'GetObject' ? { kind: 'cut answer', after } : undefined);
  const seen = await server.request('GET', path).then(
    async (answer) => `${answer.status} ${await digestOfAnswer(answer).catch(() => 'broken')}`,
    () => 'no answer',
  );
  service.script = () => undefined;

  // Before the first byte there is still time for an answer that says why.
  expect(seen).toMatch(after === 0 ? /^(?:503|no answer|200 broken)/ : /^(?:no answer|200 broken)$/);
});

it('finds everything again with another data folder and the same database', { timeout: 60_000 }, async () => {
  await server.program.stop();
  await mkdir(join(parent, 'fresh'));
  const names = await readdir(join(parent, 'data'));
  const database = names.filter((name) => name === 'format' || name.startsWith('metadata.db'));
  for (const name of database) await cp(join(parent, 'data', name), join(parent, 'fresh', name));
  await rm(join(parent, 'data'), { recursive: true });
  server = await startChild(join(parent, 'fresh'), service);

  expect(await digestOfAnswer(await server.request('GET', path))).toBe(digest);
});

it('deletes', async () => {
  const objects = () =>
    service.objects().then((all) => Object.values(all).filter((size) => size === layer.length));
  expect(await objects()).toHaveLength(1);
  expect((await server.request('DELETE', path)).status).toBe(202);
  expect((await server.request('GET', path)).status).toBe(404);
});
