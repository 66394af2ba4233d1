import { cp, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { systemClock } from '@ashlar/registry';
import { storesOf } from '@ashlar/registry/config';
import { migrateStore } from '@ashlar/registry/maintenance';
import { afterAll, beforeAll, expect, it } from 'vitest';

import { serveCommand } from '../faults/server.ts';
import { ociClient } from '../oci/client.ts';
import { bytesOf, digestOf, pushBlob } from '../oci/content.ts';
import { type Cluster, startCluster } from '../support/postgres.ts';
import { run } from '../support/run.ts';
import { startS3 } from '../support/s3/service.ts';
import { publishFiles, startTestServer, type TestServer } from '../support/server.ts';
import { describeWithTool } from '../support/tool.ts';

const address = 'terraform/contoso/net/azurerm';
const image = bytesOf(400_000);
const olderSchema = join(
  import.meta.dirname,
  '../../packages/registry/src/store/metadata/migration/fixtures/0004-live-version.sql',
);

describeWithTool('postgres', 'migrate-store', ({ postgres }) => {
  let cluster: Cluster;
  let s3: Awaited<ReturnType<typeof startS3>>;
  let folder: string;
  let data: string;
  let admin: string;

  beforeAll(async () => {
    cluster = await startCluster(postgres, { fsync: false });
    s3 = await startS3();
    Object.assign(process.env, s3.credentials);
    folder = await mkdtemp(join(tmpdir(), 'ashlar-migrate-'));
    data = join(folder, 'data');
    const server = await startTestServer({ data });
    admin = server.admin;
    for (const version of ['1.0.0', '1.1.0', '2.0.0']) {
      await publishFiles(server, `${address}@${version}`, { 'main.tf': `# ${version}` });
    }
    await server.api('POST', `/version/revoke?ref=${address}@1.0.0`, { reason: 'broken' });
    const token = await server.token('read:contoso');
    await server.api('POST', '/tokens', { name: 'child', scopes: ['read:contoso'] }, token);
    await pushBlob(ociClient(server, { token: admin }).send, 'contoso/image', image);
    await server.stop();
  });

  afterAll(async () => {
    await cluster.remove();
    await s3.stop();
    await rm(folder, { recursive: true });
  });

  async function story(server: TestServer): Promise<unknown> {
    const { send } = ociClient(server, { token: admin });
    const [module, tokens] = [
      await server.api('GET', `/module?address=${address}`),
      await server.api('GET', '/tokens'),
    ];
    const pulled = await Promise.all(
      ['1.1.0', '2.0.0'].map(
        async (tag) => (await send('GET', `/v2/${address}/manifests/${tag}`)).headers.etag,
      ),
    );
    const blob = await send('GET', `/v2/contoso/image/blobs/${digestOf(image)}`);
    const names = tokens.body.map(({ name, parent }: { name: string; parent?: string }) => [name, parent]);
    return { module: module.body, names, pulled, blob: digestOf(blob.body) };
  }

  async function withServer<T>(
    settings: Record<string, string>,
    look: (server: TestServer) => Promise<T>,
    folderOf = data,
  ): Promise<T> {
    const server = await startTestServer({ data: folderOf, settings });
    try {
      return await look(server);
    } finally {
      await server.stop();
    }
  }

  it(
    'moves a data folder to PostgreSQL and S3 and back, and nothing is different',
    { timeout: 120_000 },
    async () => {
      const database = await cluster.createDatabase('moved');
      const blobs = s3.url();
      const there = storesOf({ database, blobs }, '--');
      const here = storesOf({ database: undefined, blobs: undefined }, '--');
      const before = await withServer({}, story);

      const moved = await migrateStore({ data, from: here, to: there, clock: systemClock });

      expect(moved).toMatchObject({ damaged: [], missing: [], present: 0 });
      expect(moved.copied).toBeGreaterThan(6);
      expect(await readdir(moved.aside!)).toContain('metadata.db');
      expect(await withServer({ database, blobs }, story)).toEqual(before);
      // Who forgets where the content is now is told.
      for (const settings of [{}, { database }, { blobs }] as Record<string, string>[]) {
        await expect(startTestServer({ data, settings })).rejects.toMatchObject({ code: 'ASH-CONFIG' });
      }
      const published = await withServer({ database, blobs }, async (server) => {
        await publishFiles(server, `${address}@3.0.0`, { 'main.tf': '# 3.0.0' });
        return await story(server);
      });

      const back = await migrateStore({ data, from: there, to: here, clock: systemClock });

      expect(back).toMatchObject({ damaged: [], missing: [], aside: undefined });
      expect(await withServer({}, story)).toEqual(published);
    },
  );

  it('that was interrupted is brought to its end when it is run again, and nobody begins anew meanwhile', async () => {
    const database = await cluster.createDatabase('again');
    const here = storesOf({ database: undefined, blobs: undefined }, '--');
    const there = storesOf({ database, blobs: s3.url('again') }, '--');
    const before = await withServer({}, story);
    const copy = join(folder, 'copy');
    await cp(data, copy, { recursive: true });
    const forth = { data: copy, from: here, to: there, clock: systemClock };
    const { aside, rows, copied } = await migrateStore(forth);

    // It may forget where its rows are, before any server was there.
    await expect(startTestServer({ data: copy, settings: { blobs: s3.url('again') } })).rejects.toMatchObject(
      {
        code: 'ASH-CONFIG',
        message: expect.stringContaining('are in PostgreSQL'),
      },
    );
    // As a kill leaves it before the file was put aside, and while it was.
    for (const name of await readdir(aside!)) await rename(join(aside!, name), join(copy, name));
    const again = await migrateStore(forth);
    expect(again).toMatchObject({ rows, copied: 0, present: copied });
    const log = 'metadata.db-wal';
    await rename(join(again.aside!, log), join(copy, log));
    const published = await withServer(
      { database, blobs: s3.url('again') },
      async (server) => {
        expect(await story(server)).toEqual(before);
        await server.api('POST', `/version/revoke?ref=${address}@2.0.0`, { reason: 'broken' }, admin);
        return await story(server);
      },
      copy,
    );

    const back = { data: copy, from: there, to: here, clock: systemClock };
    await migrateStore(back);
    expect(await migrateStore(back)).toMatchObject({ copied: 0, aside: undefined });
    expect(await withServer({}, story, copy)).toEqual(published);
  });

  it('that was killed while it put the file aside is brought to its end by the same command', async () => {
    const database = await cluster.createDatabase('killed');
    const copy = join(folder, 'killed');
    await cp(data, copy, { recursive: true });
    const [program, ...rest] = serveCommand;
    const move = async (crashAt?: string) =>
      await run(program!, [...rest, 'migrate-store', '--data', copy, '--database', database], {
        env: { ASHLAR_CRASH_AT: crashAt },
      });
    const before = await withServer({}, story);
    const asideNames = async () => (await readdir(copy)).filter((name) => name.startsWith('moved-'));
    const older = await asideNames();

    expect(await move('database.half-aside')).toMatchObject({ signal: 'SIGKILL' });
    const left = await readdir(copy);
    expect([left.includes('metadata.db'), left.includes('metadata.db-wal')]).toEqual([false, true]);
    const again = await move();

    expect(again).toMatchObject({ exitCode: 0 });
    const aside = (await asideNames()).filter((name) => !older.includes(name));
    expect(aside).toEqual([expect.stringMatching(/Z$/)]);
    expect(again.stdout + again.stderr).toContain(aside[0]!);
    expect(await readdir(join(copy, aside[0]!))).toEqual(
      expect.arrayContaining(['metadata.db', 'metadata.db-wal']),
    );
    expect((await readdir(copy)).filter((name) => name.startsWith('metadata.db'))).toEqual([]);
    expect(await withServer({ database }, story, copy)).toEqual(before);
  });

  describeWithTool('strace', 'from one database to another', ({ strace }) => {
    it('leaves at no moment a folder that does not say where its rows are', { timeout: 60_000 }, async () => {
      const [first, second] = [await cluster.createDatabase('first'), await cluster.createDatabase('second')];
      const [copy, log] = [join(folder, 'between'), join(folder, 'log')];
      await withServer({ database: first }, async () => undefined, copy);
      const [mirror, calls] = [
        join(copy, 'metadata-mirror.db'),
        'trace=?unlink,?unlinkat,?rename,?renameat,?renameat2',
      ];
      const move = ['migrate-store', '--data', copy, '--from-database', first, '--database', second];
      const traced = ['-f', '-qq', '-e', calls, '-o', log, ...serveCommand, ...move];

      expect(await run(strace, traced, { timeout: 60_000 })).toMatchObject({ exitCode: 0 });

      const ofMirror = (await readFile(log, 'utf8'))
        .split('\n')
        .filter((line) => line.includes(`"${mirror}"`));
      expect(ofMirror).toEqual([expect.stringContaining(`"${mirror}.new"`)]);
      expect(await readFile(mirror, 'utf8')).toBe('');
    });
  });

  it('of metadata that an older ashlar wrote is refused before anything is written', async () => {
    const database = await cluster.createDatabase('older');
    const copy = join(folder, 'older');
    await cp(data, copy, { recursive: true });
    for (const name of await readdir(copy)) if (name.startsWith('metadata.db')) await rm(join(copy, name));
    const file = new DatabaseSync(join(copy, 'metadata.db'));
    // Its rows do not come in the order in which they refer to each other.
    file.exec(`pragma foreign_keys = off; ${await readFile(olderSchema, 'utf8')}`);
    file.close();
    const move = migrateStore({
      data: copy,
      from: storesOf({ database: undefined, blobs: undefined }, '--'),
      to: storesOf({ database, blobs: undefined }, '--'),
      clock: systemClock,
    });

    await expect(move).rejects.toMatchObject({
      code: 'ASH-MIGRATE',
      message: expect.stringContaining('an older ashlar wrote the metadata; start the server once'),
    });
    expect(
      await cluster.query(database, 'select 1 from pg_tables where schemaname = current_schema()'),
    ).toEqual([]);
  });

  it.each(['postgres://ashlar:secret@db/x', 'postgres://ashlar@db/x?password=secret'])(
    'refuses a password on the command line: %s',
    (database) => {
      expect(() => storesOf({ database, blobs: undefined }, '--from-')).toThrow(
        /--from-database: everybody on this machine can read the password .* Set PGPASSWORD/,
      );
    },
  );

  it('refuses what leads nowhere or would overwrite something', async () => {
    const database = await cluster.createDatabase('filled');
    const other = join(folder, 'other');
    const filler = await startTestServer({ data: other, settings: { database } });
    await filler.stop();
    const here = storesOf({ database: undefined, blobs: undefined }, '--');
    const filled = storesOf({ database, blobs: undefined }, '--');
    const attempt = async (from: typeof here, to: typeof here, folderOf = data) =>
      await migrateStore({ data: folderOf, from, to, clock: systemClock }).then(
        () => 'moved',
        (error: Error) => error.message,
      );

    expect(await attempt(here, here)).toContain('both are the same');
    expect(await attempt(here, filled)).toContain('holds something already');
    expect(await attempt(filled, here)).toContain('metadata.db exists');
    expect(await attempt(here, filled, other)).toContain('holds no metadata');
    await withServer({}, async () => {
      expect(await attempt(here, filled)).toContain('Another ashlar server is using');
    });
    const at = (name: string, port = cluster.port) =>
      storesOf({ database: `postgres://ashlar@127.0.0.1:${port}/${name}`, blobs: s3.url('unused') }, '--');
    await cluster.createDatabase('empty');
    expect(await attempt(here, at('none'))).toMatch(
      /^database: .* refuses it \(3D000\).*"none" does not exist/,
    );
    expect(await attempt(here, at('x', 1))).toMatch(/cannot be reached \(connect ECONNREFUSED/);
    expect(await attempt(here, at('filled'))).toContain('holds something already');
    expect(
      await attempt(storesOf({ database: at('empty').database!.url.reveal(), blobs: undefined }, '--'), here),
    ).toContain('holds no metadata of ashlar');
    // All of that before any byte was moved.
    expect(Object.keys(await s3.objects()).filter((key) => key.startsWith('unused/'))).toEqual([]);
    expect(() => storesOf({ database: 'mysql://x/y', blobs: undefined }, '--from-')).toThrow(
      '--from-database: the value is not the address of a PostgreSQL database',
    );
  });
});
