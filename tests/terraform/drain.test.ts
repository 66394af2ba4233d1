import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { Agent, get as httpGet, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { freePort } from '../support/free-port.ts';
import { type RunningProgram, start } from '../support/run.ts';
import { publishFiles, startTestServer } from '../support/server.ts';
import { describeWithTool } from '../support/tool.ts';
import { call, createNamespace, hostBlock, openWorkspace, versionModule, type Workspace } from './client.ts';

const command = resolve(import.meta.dirname, '../../packages/cli/bin/ashlar.js');
const token = 'a-preset-token-for-tests-1234';
const modules = Array.from({ length: 6 }, (_, i) => `m${i}`);

describeWithTool('terraform', 'a restart of the server', ({ terraform }) => {
  let data: string;
  let url: string;
  let running: RunningProgram[];

  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'ashlar-drain-'));
    url = `http://127.0.0.1:${await freePort()}`;
    running = [];
  });

  afterEach(async () => {
    await Promise.all(running.map(async (server) => await server.stop()));
    await rm(data, { recursive: true, force: true });
  });

  async function serve(): Promise<RunningProgram> {
    const server = await start(process.execPath, [command, 'serve', '--log-level', 'warn'], {
      env: {
        ASHLAR_DATA: data,
        ASHLAR_LISTEN: new URL(url).host,
        ASHLAR_LISTEN_TLS: 'off',
        ASHLAR_ADMIN_TOKEN: token,
        ASHLAR_SHUTDOWN_GRACE: '20s',
      },
    });
    running.push(server);
    await server.waitFor(/Ashlar .* serves/);
    return server;
  }

  async function publish(name: string): Promise<void> {
    const { packZip } = await import('@ashlar/registry/intake');
    const files = Object.entries(versionModule(name));
    const response = await fetch(`${url}/api/v1/version?ref=terraform/contoso/${name}/azurerm@1.0.0`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/zip' },
      body: new Uint8Array(
        await packZip(files.map(([path, text]) => ({ path, executable: false, bytes: Buffer.from(text) }))),
      ),
    });
    if (!response.ok) throw new Error(await response.text());
  }

  async function openClient(): Promise<Workspace> {
    const main = modules.map((name) => call(name, `modules.example/contoso/${name}/azurerm`));
    return await openWorkspace(terraform, {
      files: { 'main.tf': main.join('\n') },
      config:
        hostBlock('modules.example', url) + `credentials "modules.example" {\n  token = "${token}"\n}\n`,
    });
  }

  it('interrupts no init that has begun', { timeout: 90_000 }, async () => {
    let server = await serve();
    for (const name of modules) await publish(name);
    const clients = await Promise.all([openClient(), openClient()]);
    const failures: string[] = [];
    let done = 0;
    let stop = false;
    const loop = async (client: Workspace) => {
      while (!stop) {
        await client.clean();
        const { exitCode, text: output } = await client.init();
        if (exitCode === 0) done += 1;
        // It goes on with the other modules when the first is refused: that one tells whether it had begun.
        else if (output.includes('Downloading modules.example/contoso/m0/') || !isRefused(output)) {
          failures.push(output);
        }
      }
    };
    const loops = clients.map(loop);

    for (let restart = 0; restart < 2; restart++) {
      await sleep(1_000);
      process.kill(server.pid, 'SIGTERM');
      expect(await server.ended).toEqual({ exitCode: 0, signal: null });
      server = await serve();
    }
    await sleep(1_000);
    stop = true;
    await Promise.all(loops);
    await Promise.all(clients.map(async (client) => await client.remove()));

    expect(failures).toEqual([]);
    expect(done).toBeGreaterThan(3);
  });

  function isRefused(output: string): boolean {
    return /connection refused|503 Service Unavailable/.test(output);
  }
});

describe('a server that shuts down', () => {
  const path = '/v1/modules/contoso/net/azurerm';

  it('serves who has begun and sends away who begins', async () => {
    const server = await startTestServer({ settings: { shutdownGrace: '10s' } });
    await createNamespace(server, 'contoso', 'public');
    await publishFiles(server, 'terraform/contoso/net/azurerm@1.0.0', versionModule('1.0.0'));
    const known = new Agent({ keepAlive: true, maxSockets: 1 });
    const first = await get(known, server.http + path + '/versions');
    expect(first.status).toBe(200);

    const stopped = server.stop();
    await expect.poll(async () => (await get(undefined, `${server.http}/readyz`)).status).toBe(503);

    const newcomer = await get(undefined, server.http + path + '/versions');
    expect(newcomer).toMatchObject({
      status: 503,
      headers: { 'retry-after': '5', connection: 'close' },
      body: '{"errors":["The registry cannot do this right now: it is shutting down. Try again shortly."]}',
    });
    expect(await get(known, server.http + path + '/versions')).toMatchObject({
      status: 200,
      body: first.body,
    });
    const download = await get(known, server.http + path + '/1.0.0/download');
    expect(download.status).toBe(204);
    // The archive is fetched on a connection of its own.
    const archive = await get(undefined, server.http + (download.headers['x-terraform-get'] as string));
    expect(archive.status).toBe(200);

    const begin = performance.now();
    await stopped;
    // Quiet for half a second is enough; the client's idle connection holds nobody up.
    expect(performance.now() - begin).toBeLessThan(3_000);
    known.destroy();
  });

  async function get(agent: Agent | undefined, url: string) {
    const request = httpGet(url, { agent: agent ?? new Agent() });
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return { status: response.statusCode, headers: response.headers, body: await text(response) };
  }
});
