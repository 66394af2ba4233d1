import {
  appendFile,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  symlink,
  truncate,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { systemClock } from '@ashlar/registry';
import { checkBackup, restore, type RestoreOptions } from '@ashlar/registry/maintenance';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { serveCommand } from '../faults/server.ts';
import { ociClient } from '../oci/client.ts';
import { bytesOf, pushBlob } from '../oci/content.ts';
import { run } from '../support/run.ts';
import { publishFiles, startTestServer, type TestServer } from '../support/server.ts';
import { describeWithTool } from '../support/tool.ts';
import { runTask } from './task.ts';

const address = 'terraform/contoso/net/azurerm';

let folder: string;
let server: TestServer;
let running: boolean;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-backup-'));
  server = await startTestServer({ data: join(folder, 'data') });
  running = true;
});

afterEach(async () => {
  await stop();
  await rm(folder, { recursive: true });
});

async function stop(): Promise<void> {
  if (running) await server.stop();
  running = false;
}

async function publish(version: string, at: TestServer = server): Promise<number> {
  const files = { 'main.tf': `# ${version}\n`, 'README.md': `# Net ${version}\n` };
  return (await publishFiles(at, `${address}@${version}`, files)).status;
}

async function backup(name = 'backup') {
  return await runTask(server, 'backup', { folder: join(folder, name) });
}

async function restoreTo(data: string, more: Partial<RestoreOptions> = {}) {
  return await restore({
    from: join(folder, 'backup'),
    data: join(folder, data),
    replace: false,
    partial: false,
    clock: systemClock,
    ...more,
  });
}

/** What a client sees of the module: every version, downloaded. */
async function story(at: TestServer): Promise<unknown> {
  const { body } = await at.api('GET', `/module?address=${address}`, undefined, server.admin);
  const versions = (body.versions ?? []) as { version: string; state: string; digest: string }[];
  return await Promise.all(
    versions.map(async ({ version, state, digest }) => {
      const authorization = `Basic ${Buffer.from(`x:${server.admin}`).toString('base64')}`;
      const pulled = await fetch(`${at.http}/v2/${address}/manifests/${version}`, {
        headers: { authorization },
      });
      return { version, state, digest, pulled: pulled.status, size: (await pulled.arrayBuffer()).byteLength };
    }),
  );
}

async function blobFiles(root: string): Promise<string[]> {
  const entries = await readdir(join(root, 'sha256'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
}

describe('a backup', () => {
  it('B-01: taken while versions are published has all that was acknowledged before, and is restored whole', async () => {
    for (let n = 0; n < 10; n++) expect(await publish(`1.${n}.0`)).toBe(201);
    let busy = true;
    const writer = (async () => {
      for (let n = 0; busy; n++) await publish(`2.${n}.0`);
    })();
    const before = (await story(server)) as { version: string }[];
    const task = await backup();
    busy = false;
    await writer;
    expect(task).toMatchObject({ state: 'done', figures: { damaged: [], missing: [] } });
    await stop();

    const restored = await restoreTo('restored');

    expect(restored).toMatchObject({ damaged: [], missing: [], replaced: undefined });
    const second = await startTestServer({ data: join(folder, 'restored') });
    try {
      const found = (await story(second)) as { version: string; pulled: number }[];
      const versions = new Set(before.map(({ version }) => version));
      expect(found.filter(({ version }) => versions.has(version))).toEqual(before);
      expect(found.every(({ pulled }) => pulled === 200)).toBe(true);
      // The same authority and token as before.
      expect(second.ca).toBe(server.ca);
      expect(await publish('9.0.0', second)).toBe(201);
    } finally {
      await second.stop();
    }
  });

  it('is incremental: what the folder has already is not copied again', async () => {
    await publish('1.0.0');
    const first = await backup();
    await publish('1.1.0');
    const second = await backup();

    expect(first.figures).toMatchObject({ present: 0 });
    expect(second.figures).toMatchObject({ present: first.figures.copied, copied: 2 });
    expect(await readdir(join(folder, 'backup', 'snapshots'))).toHaveLength(2);
  });

  it('is begun anew after a kill, whose pieces go', async () => {
    await publish('1.0.0');
    await backup();
    const [snapshots, uploads] = ['snapshots', 'blobs/upload'].map((name) => join(folder, 'backup', name));
    const piece = `sha256-${'0'.repeat(32)}`;
    await mkdir(join(snapshots!, '2026-01-01T00-00-00.000Z.partial'));
    await writeFile(join(uploads!, piece), 'half');

    expect((await backup()).state).toBe('done');
    expect((await readdir(snapshots!)).filter((name) => name.endsWith('.partial'))).toEqual([]);
    expect(await readdir(uploads!)).toEqual([]);
  });

  it('B-02: with missing and damaged blobs names exactly those, and restores the rest when told', async () => {
    const client = ociClient(server, { token: server.admin });
    const digests = [];
    for (const seed of ['a', 'b', 'c'])
      digests.push(await pushBlob(client.send, 'contoso/image', bytesOf(1000, seed)));
    await backup();
    await stop();
    const files = await blobFiles(join(folder, 'backup', 'blobs'));
    const fileOf = (digest: string) => files.find((file) => file.endsWith(digest.slice('sha256:'.length)))!;
    await rm(fileOf(digests[0]!));
    await truncate(fileOf(digests[1]!), 10);
    const lost = { missing: [digests[0]], damaged: [digests[1]] };

    expect(await checkBackup({ from: join(folder, 'backup'), clock: systemClock })).toMatchObject(lost);
    await expect(restoreTo('refused')).rejects.toMatchObject({
      code: 'ASH-BACKUP',
      message: expect.stringContaining(digests[0]!),
    });
    expect(await readdir(join(folder, 'refused'))).not.toContain('metadata.db');
    expect(await restoreTo('partly', { partial: true })).toMatchObject({ ...lost, copied: 1 });
  });

  it('B-02: heals a data folder that was damaged', async () => {
    await publish('1.0.0');
    const expected = await story(server);
    await backup();
    await stop();
    for (const file of await blobFiles(join(folder, 'data', 'blobs'))) await appendFile(file, 'x');

    expect(await restoreTo('data', { replace: true })).toMatchObject({
      damaged: [],
      missing: [],
      present: 0,
    });

    server = await startTestServer({ data: join(folder, 'data') });
    running = true;
    expect(await story(server)).toEqual(expected);
  });

  it('B-03: sets a registry back to before a moment; what came later is collected and not an error', async () => {
    await publish('1.0.0');
    const { figures } = await backup();
    const at = Date.now();
    await publish('6.6.6');
    await backup();
    await stop();

    const restored = await restoreTo('data', { replace: true, at });

    expect(restored.snapshot).toBe(figures.snapshot);
    expect(await readdir(restored.replaced!)).toContain('metadata.db');
    server = await startTestServer({ data: join(folder, 'data') });
    running = true;
    expect(await story(server)).toMatchObject([{ version: '1.0.0', pulled: 200 }]);
    expect((await runTask(server, 'gc', { grace: 0 })).figures).toMatchObject({ blobs: 2 });
    expect((await runTask(server, 'scrub')).figures).toMatchObject({ damaged: [], missing: [] });
    expect(await publish('6.6.6')).toBe(201);
  });

  it('B-04: is served read-only first, then as usual', async () => {
    await publish('1.0.0');
    const expected = await story(server);
    await backup();
    await stop();
    await restoreTo('restored');
    const readOnly = await startTestServer({ data: join(folder, 'restored'), settings: { readOnly: 'yes' } });
    try {
      expect(await story(readOnly)).toEqual(expected);
      const client = ociClient(readOnly, { token: server.admin });
      const upload = await client.send('POST', '/v2/contoso/image/blobs/uploads/');
      expect({ status: upload.status, retry: upload.headers['retry-after'] }).toEqual({
        status: 503,
        retry: '5',
      });
      for (const [method, path, body] of [
        ['POST', '/namespaces', { name: 'other' }],
        ['POST', '/tokens', { name: 'x', scopes: ['read:*'] }],
        ['POST', '/deprecate?ref=x', { reason: 'x' }],
      ] as const) {
        const answer = await readOnly.api(method, path, body, server.admin);
        if (path.startsWith('/deprecate')) continue;
        expect(answer.body.code).toBe('ASH-READ-ONLY');
      }
      expect(await publish('1.1.0', readOnly)).toBe(503);
      expect((await fetch(`${readOnly.http}/readyz`)).status).toBe(200);
    } finally {
      await readOnly.stop();
    }
    server = await startTestServer({ data: join(folder, 'restored') });
    running = true;
    expect(await publish('1.1.0')).toBe(201);
  });
});

describe('a backup is refused', () => {
  it('inside the data folder, in a folder of something else, and where there is none', async () => {
    await mkdir(join(folder, 'other'));
    await writeFile(join(folder, 'other', 'thesis.tex'), '');
    const reasonOf = async (path: string) => (await runTask(server, 'backup', { folder: path })).error;

    expect(await reasonOf(join(folder, 'data', 'backup'))).toMatchObject({
      code: 'ASH-BACKUP',
      message: expect.stringContaining('must not lie inside the data folder'),
    });
    await symlink(join(folder, 'data'), join(folder, 'link'));
    expect((await reasonOf(join(folder, 'link', 'deep'))).message).toContain('inside the data folder');
    expect(await readdir(join(folder, 'data'))).not.toContain('deep');
    expect((await reasonOf(join(folder, 'other'))).message).toContain('holds something else');
    expect((await reasonOf(join(folder, 'none', 'deep'))).message).toContain('does not exist');
    expect((await reasonOf('relative')).message).toContain('absolute path');
  });

  it('when it is restored: a folder that is none, a newer one, a damaged one, and over a registry', async () => {
    await publish('1.0.0');
    await backup();
    const file = join(folder, 'backup', 'format');
    const failure = async (options: Partial<RestoreOptions> = {}) =>
      await restoreTo('target', options).then(String, (error: Error) => error.message);

    expect(await failure({ from: folder })).toContain('this is no backup of ashlar');
    expect(await failure({ snapshot: 'none' })).toContain('it holds no such snapshot, only 20');
    expect(await failure({ at: 0 })).toContain('no such snapshot');
    expect(await failure({ data: join(folder, 'data'), replace: true })).toContain(
      'Another ashlar server is using',
    );
    await stop();
    expect(await failure({ data: join(folder, 'data') })).toContain('it holds a registry already');
    await writeFile(join(folder, 'data', 'metadata-mirror.db'), '');
    expect(await failure({ data: join(folder, 'data'), replace: true })).toContain('in PostgreSQL');
    expect(await failure({ data: join(folder, 'backup') })).toContain('must not lie inside its backup');
    expect(await failure({ data: join(folder, 'backup', 'x') })).toContain('must not lie inside its backup');
    const [name] = await readdir(join(folder, 'backup', 'snapshots'));
    const info = join(folder, 'backup', 'snapshots', name!, 'snapshot.json');
    const text = await readFile(info, 'utf8');
    await writeFile(info, text.replace(/"schema": "[^"]+"/, '"schema": "9999-later"'));
    expect(await failure({ data: join(folder, 'newer') })).toMatch(/snapshots.*Z has the format 9999-later/);
    expect(await readdir(folder)).not.toContain('newer');
    await writeFile(info, text);
    await appendFile(join(folder, 'backup', 'snapshots', name!, 'metadata.ndjson.gz'), 'x');
    expect(await failure()).toContain('it is damaged; choose another snapshot');
    await writeFile(file, 'ashlar backup 2\n');
    expect(await failure()).toContain('a newer ashlar made this backup');
    expect(await readFile(file, 'utf8')).toBe('ashlar backup 2\n');
  });
});

it('a restore that was interrupted is no registry, and goes on when it is run again', async () => {
  await publish('1.0.0');
  await backup();
  const before = await story(server);
  await stop();
  await restoreTo('restored');
  const data = join(folder, 'restored');
  // As a kill between bytes and rows leaves it.
  await rename(join(data, 'metadata.db'), join(data, 'metadata.db.restored'));

  await expect(startTestServer({ data })).rejects.toMatchObject({
    code: 'ASH-CONFIG',
    message: expect.stringContaining('was interrupted'),
  });
  expect(await restoreTo('restored')).toMatchObject({ copied: 0 });
  server = await startTestServer({ data });
  running = true;
  expect(await story(server)).toEqual(before);
});

it('a restore that was killed while it put the old registry aside has it in one folder when it is run again', async () => {
  await publish('1.0.0');
  await backup();
  await publish('2.0.0');
  // As a killed server leaves it, with its log.
  const data = join(folder, 'killed');
  await cp(join(folder, 'data'), data, { recursive: true });
  await stop();
  const [program, ...args] = serveCommand;
  const killed = await run(
    program!,
    [...args, 'restore', join(folder, 'backup'), '--data', data, '--replace'],
    { env: { ASHLAR_CRASH_AT: 'database.half-aside' } },
  );
  expect(killed.signal).toBe('SIGKILL');
  expect(await readdir(data)).toContain('metadata.db-wal');

  const restored = await restoreTo('killed', { replace: true });

  expect(await readdir(restored.replaced!)).toEqual(
    expect.arrayContaining(['metadata.db', 'metadata.db-wal']),
  );
  expect((await readdir(data)).filter((name) => name.startsWith('replaced-'))).toHaveLength(1);
  server = await startTestServer({ data });
  running = true;
  expect(await story(server)).toMatchObject([{ version: '1.0.0', pulled: 200 }]);
});

it('a restore that was killed when its rows were there has brought the authority and the token as well', async () => {
  await publish('1.0.0');
  await backup();
  const { ca, admin } = server;
  await stop();
  const [program, ...args] = serveCommand;
  const data = join(folder, 'restored');
  const killed = await run(program!, [...args, 'restore', join(folder, 'backup'), '--data', data], {
    env: { ASHLAR_CRASH_AT: 'restore.named' },
  });
  expect(killed.signal).toBe('SIGKILL');

  server = await startTestServer({ data });
  running = true;
  expect({ ca: server.ca, admin: server.admin }).toEqual({ ca, admin });
});

describeWithTool('strace', 'a restore', ({ strace }) => {
  it('has synced the authority and the token before they get their names', { timeout: 60_000 }, async () => {
    await backup();
    await stop();
    const [data, log] = [join(folder, 'restored'), join(folder, 'log')];
    const program = [...serveCommand, 'restore', join(folder, 'backup'), '--data', data];
    const calls = 'trace=fsync,fdatasync,?rename,?renameat,?renameat2';
    const restored = await run(strace, ['-f', '-qq', '-y', '-e', calls, '-o', log, ...program], {
      timeout: 60_000,
    });
    expect(restored.exitCode).toBe(0);

    const text = await readFile(log, 'utf8');
    const synced = (path: string) => text.search(new RegExp(`sync\\(\\d+<${RegExp.escape(path)}>`));
    const named = (path: string) => text.indexOf(`"${path}.restored"`);
    const [tls, token] = [join(data, 'tls'), join(data, 'admin-token')];
    const files = (await readdir(tls)).map((name) => join(`${tls}.restored`, name));
    expect(files.length).toBeGreaterThan(1);
    for (const [path, target] of [...files, `${tls}.restored`]
      .map((file) => [file, tls] as const)
      .concat([[`${token}.restored`, token]])) {
      expect({ path, synced: synced(path) > 0, before: synced(path) < named(target) }).toEqual({
        path,
        synced: true,
        before: true,
      });
    }
  });
});

it('a task that runs already keeps a second one out', async () => {
  const client = ociClient(server, { token: server.admin });
  await pushBlob(client.send, 'contoso/image', bytesOf(3_000_000));
  const slow = { rate: 1024 * 1024 };
  const first = await server.api('POST', '/scrub', slow);
  const second = await server.api('POST', '/scrub', slow);

  expect([first.status, second.status, second.body.code]).toEqual([202, 409, 'ASH-TASK-RUNNING']);
  expect((await server.api('GET', '/tasks')).body).toHaveLength(1);
  // Stopping the server ends it.
  await stop();
});
