import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage, request } from 'node:http';
import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { run } from '../support/run.ts';
import { http } from './http.ts';
import type { OpenLoop, OpenLoopResult } from './open-loop.ts';
import { serve, type Served } from './served.ts';

const seconds = 6;
/** Larger than what the buffers of the system take. */
const content = randomBytes(24_000_000);
const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
const imageManifest = 'application/vnd.oci.image.manifest.v1+json';

let server: Served;
let headers: { authorization: string };

beforeAll(async () => {
  // Without a rate, so that the overload of the process itself shows.
  server = await serve({ env: { ASHLAR_RATE_LIMIT: 'off' } });
  headers = { authorization: `Bearer ${server.token}` };
  await pushBlob(content);
  await pushTags(2_000);
}, 120_000);
afterAll(async () => await server.stop());

async function pushBlob(body: Buffer): Promise<void> {
  const sha = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  const path = `/v2/plain/x/blobs/uploads/?digest=${sha}`;
  const { status } = await http(server.url + path, { method: 'POST', headers, body });
  expect(status).toBe(201);
}

/** One manifest under many tags: a list that takes a while to read. */
async function pushTags(count: number): Promise<void> {
  const empty = Buffer.from('{}');
  await pushBlob(empty);
  const sha = (bytes: Buffer | string) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
  const config = { mediaType: 'application/vnd.oci.empty.v1+json', digest: sha(empty), size: 2 };
  const manifest = JSON.stringify({ schemaVersion: 2, mediaType: imageManifest, config, layers: [] });
  for (let at = 0; at < count; at += 100) {
    const tags = Array.from({ length: 100 }, (_, i) => `tag=t${at + i}`).join('&');
    const { status } = await http(`${server.url}/v2/plain/x/manifests/${sha(manifest)}?${tags}`, {
      method: 'PUT',
      headers: { ...headers, 'content-type': imageManifest },
      body: manifest,
    });
    expect(status).toBe(201);
  }
}

const tags = () => `${server.url}/v2/plain/x/tags/list`;

/** Requests a second that a few clients get answered which wait for each answer. */
async function capacity(): Promise<number> {
  let answered = 0;
  const until = performance.now() + 1_500;
  const client = async () => {
    while (performance.now() < until) {
      expect((await http(tags(), { headers })).status).toBe(200);
      answered += 1;
    }
  };
  await Promise.all([client(), client(), client()]);
  return answered / 1.5;
}

async function openLoop(options: OpenLoop): Promise<OpenLoopResult> {
  const script = resolve(import.meta.dirname, 'open-loop.ts');
  const { stdout, stderr } = await run(process.execPath, [script, JSON.stringify(options)], {
    timeout: 60_000,
  });
  expect(stderr).toBe('');
  return JSON.parse(stdout) as OpenLoopResult;
}

/** Reads the blob as slowly as it takes to be in flight from before the overload until after it. */
async function slowDownload(): Promise<string> {
  const sent = get(`${server.url}/v2/plain/x/blobs/${digest}`, { headers, agent: false });
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  const hash = createHash('sha256');
  const pieces = 40;
  let next = content.length / pieces;
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    hash.update(chunk);
    size += chunk.length;
    if (size < next) continue;
    next += content.length / pieces;
    await sleep((seconds * 1000) / pieces);
  }
  return `${response.statusCode} ${size} sha256:${hash.digest('hex')}`;
}

/** The same for an upload; says what the server made of it. */
async function slowUpload(): Promise<string> {
  const body = randomBytes(4_000_000);
  const sha = `sha256:${createHash('sha256').update(body).digest('hex')}`;
  const sent = request(`${server.url}/v2/plain/x/blobs/uploads/?digest=${sha}`, {
    method: 'POST',
    agent: false,
    headers: { ...headers, 'content-length': body.length },
  });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  for (let at = 0; at < body.length; at += 100_000) {
    sent.write(body.subarray(at, at + 100_000));
    await sleep((seconds * 1000) / 40);
  }
  sent.end();
  const [response] = await answered;
  response.resume();
  const back = await http(`${server.url}/v2/plain/x/blobs/${sha}`, { headers });
  return `${response.statusCode} ${back.status} ${back.body.equals(body)}`;
}

const percentile = (values: readonly number[], part: number) =>
  values.toSorted((a, b) => a - b)[Math.min(Math.floor(values.length * part), values.length - 1)] ??
  Number.NaN;

describe('P13: ten times what the server can answer', () => {
  it(
    'is refused at once, transfers come to their end, and all is well again soon',
    { timeout: 150_000 },
    async () => {
      const can = await capacity();
      const rate = Math.ceil(can * 10);
      const transfers = Promise.all([slowDownload(), slowDownload(), slowUpload(), slowUpload()]);
      await sleep(300);
      const load = openLoop({ url: tags(), rate, seconds, headers });
      const probes: number[] = [];
      for (let i = 0; i < 5; i++) {
        await sleep((seconds * 1000) / 6);
        const begin = performance.now();
        expect((await http(`${server.url}/healthz`)).status).toBe(200);
        expect((await http(`${server.url}/readyz`)).status).toBe(200);
        probes.push(performance.now() - begin);
      }
      const { times, withoutRetryAfter, failures } = await load;
      const over = performance.now();

      await expect.poll(async () => await isWell(), { timeout: 10_000, interval: 100 }).toBe(true);
      const recovery = performance.now() - over;
      const downloaded = `200 ${content.length} ${digest}`;
      expect(await transfers).toEqual([downloaded, downloaded, '201 200 true', '201 200 true']);

      const refused = times['503'] ?? [];
      const served = times['200'] ?? [];
      console.log(
        `capacity ${can.toFixed(0)}/s, load ${rate}/s for ${seconds} s: ${served.length} served, ${refused.length} refused ` +
          `(p50 ${percentile(refused, 0.5).toFixed(0)} ms, p99 ${percentile(refused, 0.99).toFixed(0)} ms), ` +
          `probes at most ${Math.max(...probes).toFixed(0)} ms, well after ${recovery.toFixed(0)} ms`,
      );
      expect(Object.keys(times).toSorted()).toEqual(['200', '503']);
      expect({ withoutRetryAfter, failures }).toEqual({ withoutRetryAfter: 0, failures: {} });
      expect(refused.length).toBeGreaterThan(served.length);
      // It goes on serving what it can.
      expect(served.length).toBeGreaterThan((can * seconds) / 10);
      // Some milliseconds on a machine of its own; here generator, server and test share two processors with whatever else
      // runs, which those feel as well that wait for their turn.
      expect(percentile(refused, 0.5)).toBeLessThan(percentile(served, 0.5));
      expect(await server.metric(/ashlar_refused_total\{reason="overload"\}/)).toBe(refused.length);
      expect(server.isAlive()).toBe(true);
    },
  );

  async function isWell(): Promise<boolean> {
    for (let i = 0; i < 10; i++) {
      const begin = performance.now();
      const { status } = await http(tags(), { headers });
      if (status !== 200 || performance.now() - begin > 500) return false;
    }
    return true;
  }
});
