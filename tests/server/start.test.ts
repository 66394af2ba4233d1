import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { AshlarError } from '@ashlar/core';
import { loadConfig, startServer } from '@ashlar/registry';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { openConnection } from '../support/raw-connection.ts';
import { publishFiles, startTestServer, type TestServer } from '../support/server.ts';

let data: string;
let servers: TestServer[];

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'ashlar-start-'));
  servers = [];
});
afterEach(async () => {
  for (const server of servers) await server.close().catch(() => {});
  await rm(data, { recursive: true, force: true });
});

async function start(
  settings: Record<string, string> = {},
  env: Record<string, string> = {},
): Promise<TestServer> {
  const server = await startTestServer({ data, settings, env });
  servers.push(server);
  return server;
}

async function refusal(settings: Record<string, string>): Promise<AshlarError> {
  const flags = { data, listen: '127.0.0.1:0', listenTls: 'off', logLevel: 'silent', ...settings };
  const error: unknown = await loadConfig({ flags, env: {}, cwd: process.cwd() })
    .then(async ({ config }) => await startServer(config))
    .then(
      async (server) => await server.close(),
      (reason: unknown) => reason,
    );
  expect(error).toBeInstanceOf(AshlarError);
  return error as AshlarError;
}

it('starts, takes a module and shows it, also after a restart', async () => {
  const server = await start();
  const { status, body } = await publishFiles(server, 'terraform/contoso/net/azurerm@1.0.0', {
    'main.tf': '# net\n',
  });
  expect({ status, body }).toMatchObject({ status: 201, body: { status: 'published' } });
  expect((await server.api('GET', '/modules')).body).toMatchObject({ modules: [{ latest: '1.0.0' }] });
  await server.close();

  const again = await start();
  expect((await again.api('GET', '/modules')).body).toMatchObject({ modules: [{ latest: '1.0.0' }] });
});

it('throws away what uploads left behind that nobody goes on with', async () => {
  await (await start()).close();
  const folder = join(data, 'blobs', 'upload');
  for (const name of ['put-old', 'put-new']) await writeFile(join(folder, name), 'half');
  const twoDaysAgo = Date.now() / 1000 - 2 * 86_400;
  await utimes(join(folder, 'put-old'), twoDaysAgo, twoDaysAgo);

  await start();
  await expect.poll(async () => await readdir(folder), { timeout: 10_000 }).toEqual(['put-new']);
});

describe('a start that fails', () => {
  it.each([
    ['s3://Modules', /^--blobs: "Modules" is not the name of a bucket\. A bucket has/],
    [
      's3://modules?region=eu-central-1&endpoint=http://127.0.0.1:9',
      /the blob storage at http:\/\/127\.0\.0\.1:9 does not answer/,
    ],
  ])('says what is wrong with the bucket %s, and lets go of everything', async (blobs, message) => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'an-id');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'a-key');
    expect((await refusal({ blobs })).message).toMatch(message);
    await start();
  });

  it('does not look for content in another place than it put it', async () => {
    const server = await start();
    await publishFiles(server, 'terraform/contoso/net/azurerm@1.0.0', { 'main.tf': '# net\n' });
    await server.close();

    const { code, message } = await refusal({ blobs: 's3://modules?region=eu-central-1' });

    expect([code, message]).toEqual([
      'ASH-CONFIG',
      expect.stringContaining('is in files. Start without --blobs'),
    ]);
  });

  it('names the address when another program uses the port, and lets go of everything', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    try {
      for (const settings of [
        { listen: `127.0.0.1:${port}` },
        // The first listener is closed again.
        { listen: '127.0.0.1:0', listenTls: `127.0.0.1:${port}` },
      ]) {
        expect(await refusal(settings)).toMatchObject({
          code: 'ASH-LISTEN',
          exit: 1,
          message: `Cannot listen on 127.0.0.1:${port}: another program uses that port. Choose another address with --listen or --listen-tls.`,
        });
      }
    } finally {
      other.close();
    }
    expect((await start()).http).toMatch(/^http:/);
  });

  it('says that this machine has no such address', async () => {
    const error = await refusal({ listen: '192.0.2.1:8484' });
    expect(error.message).toContain('192.0.2.1:8484: this machine has no such address');
  });

  it('leaves a folder alone that another server uses', async () => {
    const server = await start();
    expect(await refusal({})).toMatchObject({ code: 'ASH-DATA-LOCKED', exit: 1 });
    expect((await fetch(`${server.http}/readyz`)).status).toBe(200);
    await server.close();
    await start();
  });

  it('leaves a folder alone that a newer server wrote', async () => {
    await writeFile(join(data, 'format'), '999\n');
    expect(await refusal({})).toMatchObject({ code: 'ASH-DATA-FORMAT' });
  });

  it('lets go of everything when TLS cannot be set up', async () => {
    const settings = {
      listenTls: '127.0.0.1:0',
      tlsCert: join(data, 'no.pem'),
      tlsKey: join(data, 'no.key'),
    };
    expect((await refusal(settings)).code).toBe('ASH-CONFIG');
    await start();
  });
});

describe('the local CA', () => {
  it('is made once and kept; its certificate is trusted on every start', async () => {
    const server = await start();
    expect(server.localCa).toEqual({
      path: join(data, 'tls', 'ca.pem'),
      trustLine: expect.stringContaining(join(data, 'tls', 'ca.pem')),
    });
    const { ca } = server;
    const reach = async ({ https, ca: trusted }: TestServer) => {
      const connection = await openConnection(https, trusted);
      await connection.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
      const { status } = await connection.answer();
      connection.close();
      return status;
    };
    expect(await reach(server)).toBe(200);
    await expect(openConnection(server.https)).rejects.toMatchObject({
      code: expect.stringMatching(/CERT|SIGNATURE/),
    });
    await server.close();

    const again = await start();
    expect(again.ca).toBe(ca);
    expect(await reach(again)).toBe(200);
    // Keys are for us alone.
    for (const name of await readdir(join(data, 'tls'))) {
      if (!name.includes('key')) continue;
      expect({ name, mode: (await stat(join(data, 'tls', name))).mode & 0o777 }).toEqual({
        name,
        mode: 0o600,
      });
    }
  });

  it('is not made without https', async () => {
    const server = await start({ listenTls: 'off' });
    expect(server.localCa).toBeUndefined();
    expect(Object.keys(server.urls)).toEqual(['http']);
  });
});

describe('the admin token', () => {
  const preset = (name: string) => ({ ASHLAR_ADMIN_TOKEN: `preset-${name}-0123456789` });
  const status = async (server: TestServer, token: string) =>
    (await server.api('GET', '/tokens', undefined, token)).status;

  it('is made on the first start only, and only its owner can read it', async () => {
    const server = await start();
    expect(server.adminToken).toBe(server.admin);
    expect(await status(server, server.admin)).toBe(200);
    expect((await stat(server.adminTokenFile)).mode & 0o777).toBe(0o600);
    await server.close();

    const again = await start();
    expect(again.adminToken).toBeUndefined();
    expect(await status(again, server.admin)).toBe(200);
  });

  it('is private also when a file of that name was there before', async () => {
    await writeFile(join(data, 'format'), '1\n');
    await writeFile(join(data, 'admin-token'), 'old', { mode: 0o644 });
    const server = await start();
    expect((await stat(server.adminTokenFile)).mode & 0o777).toBe(0o600);
    expect(await status(server, server.admin)).toBe(200);
  });

  it('can be preset; a new preset replaces the former one', async () => {
    const [one, two] = [preset('one'), preset('two')];
    const server = await start({}, one);
    expect(server.adminToken).toBeUndefined();
    await expect(readFile(server.adminTokenFile)).rejects.toMatchObject({ code: 'ENOENT' });
    expect(await status(server, one.ASHLAR_ADMIN_TOKEN)).toBe(200);
    const child = await server.token('manage:*');
    expect(await status(server, child)).toBe(200);
    await server.close();

    const same = await start({}, one);
    expect(await status(same, one.ASHLAR_ADMIN_TOKEN)).toBe(200);
    await same.close();

    const next = await start({}, two);
    expect(await status(next, two.ASHLAR_ADMIN_TOKEN)).toBe(200);
    expect(await status(next, one.ASHLAR_ADMIN_TOKEN)).toBe(401);
    // An administrator's tokens stand alone.
    expect(await status(next, child)).toBe(200);
    await next.close();

    const back = await start({}, one);
    expect(await status(back, one.ASHLAR_ADMIN_TOKEN)).toBe(200);
    expect(await status(back, two.ASHLAR_ADMIN_TOKEN)).toBe(401);
  });

  it('ends with its preset; who then finds no administrator gets a new token', async () => {
    const one = preset('one');
    const server = await start({}, one);
    await server.close();

    const without = await start();
    expect(await status(without, one.ASHLAR_ADMIN_TOKEN)).toBe(401);
    expect(await status(without, without.adminToken!)).toBe(200);
  });
});
