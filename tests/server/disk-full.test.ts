import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { systemClock } from '@ashlar/registry';
import { restore } from '@ashlar/registry/maintenance';
import { afterEach, expect, it } from 'vitest';

import { runTask } from '../maintenance/task.ts';
import { publishFiles, startTestServer, type TestServer } from '../support/server.ts';

const mayMount = process.platform === 'linux' && process.getuid?.() === 0;
let disk: string | undefined;
let server: TestServer | undefined;

afterEach(async () => {
  await server?.close();
  if (disk === undefined) return;
  spawnSync('umount', [disk]);
  await rm(disk, { recursive: true, force: true });
});

/** Writes a file until nothing more fits. */
async function fill(path: string): Promise<void> {
  await using handle = await open(path, 'w');
  for (const size of [65_536, 4_096, 1]) {
    const bytes = Buffer.alloc(size);
    for (;;) {
      try {
        await handle.write(bytes);
      } catch (error) {
        expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC');
        break;
      }
    }
  }
}

it.skipIf(!mayMount)(
  `with a full disk reads go on, writes say why, and both recover alone${mayMount ? '' : ' (skipped: mounting a small disk needs root)'}`,
  async () => {
    disk = await mkdtemp(join(tmpdir(), 'ashlar-disk-'));
    expect(spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=24m', 'none', disk]).status).toBe(0);
    server = await startTestServer({ data: join(disk, 'data') });
    const { http, api } = server;
    const ready = async () => {
      const response = await fetch(`${http}/readyz`);
      return { status: response.status, body: await response.json() };
    };
    const publish = async (version: string) =>
      await publishFiles(server!, `terraform/contoso/net/azurerm@${version}`, {
        'main.tf': `# ${version}\n`,
      });
    expect((await publish('1.0.0')).status).toBe(201);

    await fill(join(disk, 'ballast'));

    expect(await ready()).toMatchObject({
      status: 200,
      body: { status: 'degraded', problems: ['the blob store cannot be written'] },
    });
    expect(await publish('1.1.0')).toMatchObject({ status: 507, body: { code: 'ASH-STORAGE-FULL' } });
    expect((await api('GET', '/modules')).body).toMatchObject({ modules: [{ latest: '1.0.0' }] });
    const link = await fetch(`${http}/v1/modules/contoso/net/azurerm/1.0.0/download`, {
      headers: { authorization: `Bearer ${server.admin}` },
    });
    const archive = await fetch(`${http}${link.headers.get('x-terraform-get')}`);
    expect([archive.status, (await archive.arrayBuffer()).byteLength > 0]).toEqual([200, true]);

    await rm(join(disk, 'ballast'));

    await expect.poll(ready, { timeout: 5_000 }).toEqual({ status: 200, body: { status: 'ready' } });
    expect((await publish('1.1.0')).status).toBe(201);
  },
);

it.skipIf(!mayMount)(
  `a backup to a full disk, and a restore to one, say which disk that is${mayMount ? '' : ' (skipped: mounting a small disk needs root)'}`,
  { timeout: 60_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ashlar-disk-'));
    disk = join(folder, 'disk');
    await mkdir(disk);
    server = await startTestServer({ data: join(folder, 'data') });
    await publishFiles(server, 'terraform/contoso/net/azurerm@1.0.0', { 'main.tf': '# 1\n' });
    expect((await runTask(server, 'backup', { folder: join(folder, 'backup') })).state).toBe('done');
    const codes = new Set<string>();
    for (let size = 256, done = false; !done; size += 256) {
      expect(spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}k`, 'none', disk]).status).toBe(0);
      const target = join(disk, 'backup');
      const { state, error } = await runTask(server, 'backup', { folder: target });
      if (state !== 'done')
        expect(error).toMatchObject({ code: 'ASH-BACKUP', message: expect.stringContaining(target) });
      await rm(target, { recursive: true, force: true });
      const options = { from: join(folder, 'backup'), data: join(disk, 'data'), clock: systemClock };
      done = await restore({ ...options, replace: false, partial: false }).then(
        () => true,
        (reason: { code: string }) => !codes.add(reason.code),
      );
      spawnSync('umount', [disk]);
    }
    // What SQLite reports depends on which of its files has no room left.
    expect([...codes].filter((code) => code !== 'ASH-UNAVAILABLE')).toEqual(['ASH-STORAGE-FULL']);
    await rm(folder, { recursive: true });
  },
);
