import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import type { IncomingMessage } from 'node:http';
import { Agent, get } from 'node:https';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { connect, type TLSSocket } from 'node:tls';

import { ensureLocalCa } from '@ashlar/registry/tls';
import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { freePort } from '../support/free-port.ts';
import { start } from '../support/run.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const day = 86_400_000;
let folder: string;
let cert: string;
let key: string;
let first: string;
let second: string;

/** Issues a pair of files in a folder of its own; returns the folder. */
async function issue(name: string, now = Date.now()): Promise<string> {
  const path = join(folder, name);
  await ensureLocalCa(path, { hosts: ['127.0.0.1'], clock: { now: () => now } });
  return path;
}

async function install(from: string): Promise<void> {
  await copyFile(join(from, 'server-key.pem'), key);
  await copyFile(join(from, 'server.pem'), cert);
}

async function fingerprintOf(from: string): Promise<string> {
  return new X509Certificate(await readFile(join(from, 'server.pem'))).fingerprint256;
}

/** Opens a connection and says which certificate it is shown. */
async function shown(url: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket: TLSSocket = connect({ host: hostname, port: Number(port), rejectUnauthorized: false });
  await once(socket, 'secureConnect');
  const { fingerprint256 } = socket.getPeerCertificate();
  socket.destroy();
  return fingerprint256;
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ashlar-certificate-'));
  [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  [first, second] = [await issue('first'), await issue('second')];
  await install(first);
});
afterEach(async () => await rm(folder, { recursive: true, force: true }));

describe('a certificate in files', () => {
  let server: TestServer;
  let lines: string[];

  beforeEach(async () => {
    lines = [];
    const log = pino({ level: 'info' }, { write: (line: string) => void lines.push(line) });
    vi.useFakeTimers({ toFake: ['setInterval'] });
    server = await startTestServer({ settings: { tlsCert: cert, tlsKey: key }, log });
  });
  afterEach(async () => {
    await server.stop();
    vi.useRealTimers();
  });

  const logged = (message: string) => lines.filter((line) => line.includes(message));

  it('is loaded when it was renewed; connections that are open go on with the old one', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1, rejectUnauthorized: false });
    const ask = async () => {
      const [response] = (await once(get(`${server.https}/healthz`, { agent }), 'response')) as [
        IncomingMessage,
      ];
      const socket = response.socket as TLSSocket;
      await text(response);
      return { port: socket.localPort, fingerprint: socket.getPeerCertificate().fingerprint256 };
    };
    const before = await ask();
    expect(before.fingerprint).toBe(await fingerprintOf(first));

    await install(second);
    await server.reload();

    expect(await shown(server.https)).toBe(await fingerprintOf(second));
    expect(await ask()).toEqual(before);
    expect(logged('the certificate was renewed')).toHaveLength(1);
    agent.destroy();
  });

  it('is looked at each minute', async () => {
    await install(second);
    await vi.advanceTimersByTimeAsync(61_000);

    await expect.poll(async () => await shown(server.https)).toBe(await fingerprintOf(second));
  });

  it.each<[string, () => Promise<void>]>([
    ['no PEM', async () => await writeFile(cert, 'half a cert')],
    ['a certificate without its key', async () => await copyFile(join(second, 'server.pem'), cert)],
    ['a missing file', async () => await rm(key)],
    ['an expired one', async () => await install(await issue('old', Date.now() - 800 * day))],
  ])('stays when the new file is %s, which is logged once', async (_, breakFiles) => {
    await breakFiles();
    await server.reload();
    await server.reload();

    expect(await shown(server.https)).toBe(await fingerprintOf(first));
    expect(logged('the old one stays')).toHaveLength(1);

    await install(second);
    await server.reload();
    expect(await shown(server.https)).toBe(await fingerprintOf(second));
  });
});

it('a local certificate is renewed before it ends, while the server runs', async () => {
  let now = Date.now();
  const server = await startTestServer({ clock: { now: () => now } });
  const before = await shown(server.https);

  now += 100 * day;
  await server.reload();
  expect(await shown(server.https)).toBe(before);
  now += 280 * day;
  await server.reload();

  expect(await shown(server.https)).not.toBe(before);
  expect(await readFile(server.caFile, 'utf8')).toBe(server.ca);
  await server.stop();
});

it('SIGHUP reloads the certificate of a running server', async () => {
  const port = await freePort();
  const bin = resolve(import.meta.dirname, '../../packages/cli/bin/ashlar.js');
  const settings = ['--data', join(folder, 'data'), '--listen', 'off', '--listen-tls', `127.0.0.1:${port}`];
  await using server = await start(process.execPath, [
    bin,
    'serve',
    ...settings,
    '--tls-cert',
    cert,
    '--tls-key',
    key,
  ]);
  await server.waitFor(/serves https/);

  await install(second);
  process.kill(server.pid, 'SIGHUP');

  const renewed = await fingerprintOf(second);
  await expect.poll(async () => await shown(`https://127.0.0.1:${port}`)).toBe(renewed);
});
