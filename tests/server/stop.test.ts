import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { freePort } from '../support/free-port.ts';
import { type RunningProgram, start } from '../support/run.ts';

const command = resolve(import.meta.dirname, '../../packages/cli/bin/ashlar.js');
const token = 'a-preset-token-for-tests-1234';
const authorization = `Bearer ${token}`;
/** More than all buffers between server and client hold. */
const content = randomBytes(24_000_000);
const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;

let data: string;
let url: string;
let server: RunningProgram;

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'ashlar-stop-'));
  url = `http://127.0.0.1:${await freePort()}`;
  server = await start(process.execPath, [command, 'serve', '--log-level', 'warn'], {
    env: {
      ASHLAR_DATA: data,
      ASHLAR_LISTEN: new URL(url).host,
      ASHLAR_LISTEN_TLS: 'off',
      ASHLAR_ADMIN_TOKEN: token,
      ASHLAR_SHUTDOWN_GRACE: '20s',
    },
  });
  await server.waitFor(/Ashlar .* serves/);
  const pushed = await fetch(`${url}/v2/plain/slow/blobs/uploads/?digest=${digest}`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/octet-stream' },
    body: content,
  });
  if (pushed.status !== 201) throw new Error(await pushed.text());
});

afterEach(async () => {
  await server.stop();
  await rm(data, { recursive: true, force: true });
});

/** A download that has begun and waits for `finish`. */
async function slowDownload() {
  const outgoing = request(`${url}/v2/plain/slow/blobs/${digest}`, {
    headers: { authorization },
    agent: false,
  });
  outgoing.end();
  outgoing.on('error', () => {});
  const [incoming] = (await once(outgoing, 'response')) as [IncomingMessage];
  if (incoming.statusCode !== 200) throw new Error(`no download: ${incoming.statusCode}`);
  return {
    async finish() {
      const hash = createHash('sha256');
      for await (const chunk of incoming as AsyncIterable<Buffer>) hash.update(chunk);
      return `sha256:${hash.digest('hex')}`;
    },
  };
}

describe('SIGTERM', () => {
  it('lets a slow download come to its end, and says meanwhile that it goes', async () => {
    const download = await slowDownload();
    process.kill(server.pid, 'SIGTERM');
    await server.waitFor(/SIGTERM: finishing what is under way/);

    const ready = await fetch(`${url}/readyz`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      code: 'ASH-UNAVAILABLE',
      message: expect.stringContaining('shutting down'),
    });
    // Who is in the middle of something still gets answers.
    expect((await fetch(`${url}/v2/`, { headers: { authorization } })).status).toBe(200);
    await sleep(1_000);

    expect(await download.finish()).toBe(digest);
    expect(await server.ended).toEqual({ exitCode: 0, signal: null });
    await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed');
  });

  it('ends a server that nobody uses in a moment', async () => {
    const begin = performance.now();
    process.kill(server.pid, 'SIGTERM');
    expect(await server.ended).toEqual({ exitCode: 0, signal: null });
    expect(performance.now() - begin).toBeLessThan(3_000);
  });

  it('does not wait for connections without a request', async () => {
    // fetch keeps its connections.
    await fetch(`${url}/healthz`).then(async (response) => response.text());
    const begin = performance.now();
    process.kill(server.pid, 'SIGTERM');
    expect(await server.ended).toEqual({ exitCode: 0, signal: null });
    expect(performance.now() - begin).toBeLessThan(3_000);
  });

  it('twice ends at once', async () => {
    const download = await slowDownload();
    const finished = download.finish().catch((error: unknown) => error);
    process.kill(server.pid, 'SIGTERM');
    await server.waitFor(/once more ends at once/);
    const begin = performance.now();
    process.kill(server.pid, 'SIGTERM');
    expect(await server.ended).toEqual({ exitCode: null, signal: 'SIGKILL' });
    expect(performance.now() - begin).toBeLessThan(2_000);
    await finished;
  });
});
