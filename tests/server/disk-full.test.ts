import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { systemClock } from '@ashlar/registry';
import { restore } from '@ashlar/registry/maintenance';
import { afterEach, beforeEach, expect, it } from 'vitest';

import { runTask } from '../maintenance/task.ts';
import { publishFiles, startTestServer, type TestServer } from '../support/server.ts';

const mayMount = process.platform === 'linux' && process.getuid?.() === 0;
let folder: string;
let disk: string;
let server: TestServer | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-disk-'));
  disk = join(folder, 'disk');
  await mkdir(disk);
});

afterEach(async () => {
  await server?.close();
  server = undefined;
  spawnSync('umount', [disk]);
  await rm(folder, { recursive: true, force: true });
});

function mountDisk(size: string): void {
  expect(spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'none', disk]).status).toBe(0);
}

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
    mountDisk('24m');
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
    server = await startTestServer({ data: join(folder, 'data') });
    await publishFiles(server, 'terraform/contoso/net/azurerm@1.0.0', { 'main.tf': '# 1\n' });
    expect((await runTask(server, 'backup', { folder: join(folder, 'backup') })).state).toBe('done');
    const target = join(disk, 'backup');
    const refusedBackups = await refusalsUntilItFits(16, async () => {
      const { state, error } = await runTask(server!, 'backup', { folder: target });
      if (state === 'done') return true;
      expect(error).toMatchObject({ code: 'ASH-BACKUP', message: expect.stringContaining(`${target}: `) });
      return false;
    });
    const data = join(disk, 'data');
    const options = {
      from: join(folder, 'backup'),
      data,
      clock: systemClock,
      replace: false,
      partial: false,
    };
    // With less there is no room for an empty data folder.
    const refusedRestores = await refusalsUntilItFits(64, async () => {
      const error = await restore(options).then(
        () => undefined,
        (reason: unknown) => reason,
      );
      if (error === undefined) {
        expect(versionsIn(join(data, 'metadata.db'))).toEqual(['1.0.0']);
        return true;
      }
      expect(error).toMatchObject({ code: 'ASH-BACKUP', message: expect.stringContaining(`${data}: `) });
      expect(await readdir(data)).not.toContain('metadata.db');
      return false;
    });

    expect(refusedBackups).toBeGreaterThan(0);
    expect(refusedRestores).toBeGreaterThan(0);
  },
);

/** Gives ever larger disks (KiB) to what says whether it was done, and counts those that were too small. */
async function refusalsUntilItFits(first: number, attempt: () => Promise<boolean>): Promise<number> {
  for (let refused = 0; ; refused++) {
    mountDisk(`${first + refused * 32}k`);
    const isDone = await attempt();
    spawnSync('umount', [disk]);
    if (isDone) return refused;
  }
}

function versionsIn(path: string): unknown[] {
  using database = new DatabaseSync(path, { readOnly: true });
  return database
    .prepare('select version from version')
    .all()
    .map(({ version }) => version);
}
