import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { afterEach, beforeEach, expect, it } from 'vitest';

import { freePort } from '../support/free-port.ts';
import { type RunningProgram, start } from '../support/run.ts';
import { describeWithTool } from '../support/tool.ts';
import { call, hostBlock, openWorkspace, versionModule, type Workspace } from './client.ts';

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
      config: hostBlock('modules.example', url) + `credentials "modules.example" {\n  token = "${token}"\n}\n`,
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
        const { exitCode, text, versions } = await client.init();
        if (exitCode === 0) done += 1;
        // Before its first answer an init has not begun.
        else if (Object.keys(versions).length > 0 || !isRefused(text)) failures.push(text);
      }
    };
    const loops = clients.map(loop);

    const ends: number[] = [];
    for (let restart = 0; restart < 3; restart++) {
      await sleep(1_000);
      const before = performance.now();
      process.kill(server.pid, 'SIGTERM');
      expect(await server.ended).toEqual({ exitCode: 0, signal: null });
      ends.push(performance.now() - before);
      server = await serve();
    }
    await sleep(1_000);
    stop = true;
    await Promise.all(loops);
    await Promise.all(clients.map(async (client) => await client.remove()));

    console.log({ ends, done });
    expect(failures).toEqual([]);
    expect(done).toBeGreaterThan(10);
  });

  function isRefused(text: string): boolean {
    return text.includes(`"m0"`) && /connection refused|503 Service Unavailable/.test(text);
  }
});
