import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';

import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { ensureLocalCa } from '@ashlar/registry/tls';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { freePort } from '../support/free-port.ts';
import { run } from '../support/run.ts';
import { publishFiles, startTestServer, type TestServer } from '../support/server.ts';
import { createNamespace } from '../terraform/client.ts';

const bin = resolve(import.meta.dirname, '../../packages/cli/bin/ashlar.js');

interface Check {
  readonly group: string;
  readonly name: string;
  readonly status: 'ok' | 'warn' | 'fail' | 'skip';
  readonly detail: string;
  readonly fix?: string;
}

/** What a proxy does wrong. */
interface Mangling {
  /** Answers itself instead of asking the server. */
  readonly answer?: (incoming: IncomingMessage, outgoing: ServerResponse) => boolean;
  readonly path?: (path: string) => string;
  readonly requestHeaders?: (headers: IncomingMessage['headers']) => IncomingMessage['headers'];
  readonly responseHeaders?: (headers: IncomingMessage['headers']) => IncomingMessage['headers'];
  readonly method?: (method: string) => string;
}

let server: TestServer;
let proxy: Server;
let url: string;
let mangling: Mangling = {};

beforeAll(async () => {
  const [port, upstream] = [await freePort(), await freePort()];
  url = `http://127.0.0.1:${port}`;
  server = await startTestServer({
    settings: { listen: `127.0.0.1:${upstream}`, listenTls: 'off', externalUrl: url },
    reach: `http://127.0.0.1:${upstream}`,
  });
  await createNamespace(server, 'open', 'public');
  await publishFiles(server, 'terraform/open/net/azurerm@1.0.0', { 'main.tf': '# net\n'.repeat(500) });
  proxy = createServer(forward).listen(port, '127.0.0.1');
  proxy.on('checkContinue', forward);
  await once(proxy, 'listening');
});
afterAll(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await server.stop();
});
afterEach(() => {
  mangling = {};
});

function forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
  if (mangling.answer?.(incoming, outgoing) === true) {
    incoming.resume();
    return;
  }
  const same = <T>(value: T) => value;
  const { path = same, requestHeaders = same, responseHeaders = same, method = same } = mangling;
  const target = request(server.http, {
    path: path(incoming.url!),
    method: method(incoming.method!),
    headers: requestHeaders(incoming.headers),
    agent: false,
  });
  target.on('error', () => outgoing.destroy());
  target.on('response', (answer) => {
    outgoing.writeHead(answer.statusCode!, responseHeaders(answer.headers));
    if (incoming.method === 'HEAD') outgoing.end();
    else answer.pipe(outgoing);
  });
  target.flushHeaders();
  incoming.pipe(target);
}

async function doctor(
  options: { readonly url?: string; readonly token?: string; readonly ca?: string } = {},
) {
  const { exitCode, stdout, stderr } = await run(
    process.execPath,
    [bin, 'doctor', '--server', options.url ?? url, '--json'],
    { env: { ASHLAR_TOKEN: options.token ?? server.admin, ASHLAR_CA: options.ca, HOME: '/nonexistent' } },
  );
  expect(stderr).toBe('');
  const { checks, failed, warned } = JSON.parse(stdout) as {
    checks: Check[];
    failed: number;
    warned: number;
  };
  const bad = checks.filter(({ status }) => status === 'fail' || status === 'warn');
  return {
    exitCode,
    checks,
    failed,
    warned,
    bad: bad.map(({ group, name, status }) => `${status} ${group} ${name}`),
    all: bad,
  };
}

it('finds nothing wrong where nothing is', async () => {
  const { exitCode, checks, bad } = await doctor();

  expect([exitCode, bad]).toEqual([0, []]);
  expect(checks.map(({ group, name, status }) => `${status} ${group} ${name}`)).toEqual([
    'ok server reachable',
    'ok server version',
    'ok server clock',
    'ok server token',
    'ok health stores',
    'ok health metrics',
    'ok health disk',
    'ok health log',
    'skip tls expiry',
    'ok proxy challenge',
    'ok proxy escaped slash',
    'ok proxy paths untouched',
    'ok proxy HEAD',
    'ok proxy large body',
    'ok proxy huge upload',
    'ok proxy range',
    'ok oci external address',
    'ok terraform discovery',
    'ok terraform archive',
  ]);
});

it('says it in lines that a person can read', async () => {
  mangling = { path: (path) => path.replaceAll('//', '/') };
  const { exitCode, stdout } = await run(process.execPath, [bin, 'doctor', '--server', url], {
    env: { ASHLAR_TOKEN: server.admin },
  });

  expect(exitCode).toBe(0);
  expect(stdout).toContain('ok   server: reachable       ');
  expect(stdout).toContain(
    'warn proxy: paths untouched  /v2//doctor/probe/tags/list does not arrive as it was sent\n',
  );
  expect(stdout).toMatch(/\n {29}fix: Hand on the address as it came/);
  expect(stdout.trimEnd().split('\n').at(-1)).toBe('Nothing failed, 1 warning.');
});

const text = (status: number) => (_: IncomingMessage, outgoing: ServerResponse) => {
  outgoing.writeHead(status, { 'content-type': 'text/html', 'content-length': 14 }).end('<h1>proxy</h1>');
  return true;
};
const when =
  (
    test: (incoming: IncomingMessage) => boolean,
    answer: NonNullable<Mangling['answer']>,
  ): NonNullable<Mangling['answer']> =>
  (incoming, outgoing) =>
    test(incoming) && answer(incoming, outgoing);
const without =
  (...names: string[]) =>
  (headers: IncomingMessage['headers']) =>
    Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name)));
const lengthOf = ({ headers }: IncomingMessage) => Number(headers['content-length'] ?? 0);

describe('finds a proxy that', () => {
  it.each<[string, Mangling, string[], string]>([
    [
      'refuses escaped slashes',
      { answer: when(({ url: path = '' }) => path.includes('%2F'), text(404)) },
      ['fail proxy escaped slash'],
      'something else answers 404 to a path with %2F',
    ],
    [
      'escapes what is escaped',
      { path: (path) => path.replaceAll('%', '%25') },
      ['fail proxy escaped slash'],
      '%2F arrives as something else (ASH-REPOSITORY-INVALID)',
    ],
    [
      'decodes paths',
      { path: (path) => path.replaceAll('%25', '%') },
      ['warn proxy paths untouched'],
      '/acr/v1/doctor%252Fprobe/_tags does not arrive as it was sent',
    ],
    [
      'takes 1 MiB at most',
      { answer: when((incoming) => lengthOf(incoming) > 1024 ** 2, text(413)) },
      ['fail proxy large body', 'fail proxy huge upload'],
      'a body of 2 MiB: something else answers 413',
    ],
    [
      'takes 1 GiB at most',
      { answer: when((incoming) => lengthOf(incoming) > 1024 ** 3, text(413)) },
      ['fail proxy huge upload'],
      '4 GiB: something else answers 413',
    ],
    [
      'waits for the whole upload',
      {
        answer: when(
          (incoming) => lengthOf(incoming) > 1024 ** 3,
          () => true,
        ),
      },
      ['warn proxy huge upload'],
      'no answer before the body is sent: no whole answer within 5000 ms',
    ],
    [
      'turns HEAD into an error',
      {
        answer: when(
          ({ method, url: path = '' }) => method === 'HEAD' && path.startsWith('/.well'),
          text(405),
        ),
      },
      ['fail proxy HEAD'],
      'answers 405',
    ],
    [
      'drops Range',
      { requestHeaders: without('range') },
      ['fail proxy range'],
      'two bytes of an archive: 200 with',
    ],
    [
      'compresses archives',
      {
        responseHeaders: (headers) =>
          headers['content-type'] === 'application/zip'
            ? { ...headers, 'content-encoding': 'gzip' }
            : headers,
      },
      ['fail proxy range'],
      'an archive comes compressed once more (gzip)',
    ],
    [
      'drops headers of answers',
      { responseHeaders: without('docker-distribution-api-version') },
      ['fail proxy challenge'],
      'Docker-Distribution-Api-Version is missing',
    ],
    [
      'asks for a password itself',
      { answer: when(({ url: path }) => path === '/v2/', text(401)) },
      ['fail proxy challenge'],
      '/v2/ answers 401, and not from Ashlar',
    ],
    [
      'has another document for Terraform',
      { answer: when(({ url: path = '' }) => path.startsWith('/.well-known'), text(404)) },
      ['fail terraform discovery'],
      '/.well-known/terraform.json answers 404',
    ],
    [
      'ends connections',
      {
        answer: when(
          ({ url: path = '' }) => path === '/readyz',
          ({ socket }) => {
            socket.destroy();
            return true;
          },
        ),
      },
      ['fail health stores'],
      'no answer: the connection was closed',
    ],
    [
      'lives in another time',
      { responseHeaders: (headers) => ({ ...headers, date: new Date(Date.now() + 600_000).toUTCString() }) },
      ['fail server clock'],
      's behind the server',
    ],
  ])('%s', async (_, broken, expected, detail) => {
    mangling = broken;
    const { bad, all, exitCode, failed } = await doctor();

    expect(bad).toEqual(expected);
    expect(all[0]!.detail).toContain(detail);
    expect(all.every(({ fix }) => fix !== undefined)).toBe(true);
    expect(exitCode).toBe(failed > 0 ? 1 : 0);
  });

  it('keeps metrics and readiness to itself, which is fine', async () => {
    mangling = { answer: when(({ url: path = '' }) => /^\/(?:metrics|readyz)/.test(path), text(403)) };
    const { bad, checks } = await doctor();

    expect(bad).toEqual([]);
    expect(
      checks.filter(({ group }) => group === 'health').map(({ name, status }) => `${status} ${name}`),
    ).toEqual(['skip stores', 'skip metrics']);
  });
});

describe('finds a server that', () => {
  // That all is well is remembered for a second.
  beforeEach(async () => await new Promise((resolve) => setTimeout(resolve, 1_050)));

  it('cannot write', async () => {
    const broken = vi.spyOn(server.registry.blobs, 'check').mockRejectedValue(new Error('no space'));
    const { bad, all, exitCode } = await doctor();
    broken.mockRestore();

    expect([exitCode, bad]).toEqual([1, ['fail health stores']]);
    expect(all[0]!.detail).toBe('reading works, writing does not: the blob store cannot be written');
  });

  it('cannot read', async () => {
    const broken = vi.spyOn(server.registry.blobs, 'size').mockRejectedValue(new Error('gone'));
    const { bad, all } = await doctor();
    broken.mockRestore();

    expect(bad).toEqual(['fail health stores', 'fail terraform archive']);
    expect(all[0]!.detail).toContain('the blob store cannot be read');
  });

  it('has a disk that is nearly full', async () => {
    const usage = vi.spyOn(server.registry.blobs, 'usage');
    usage.mockResolvedValue({ openUploads: 0, freeBytes: 5 * 1024 ** 3, totalBytes: 100 * 1024 ** 3 });
    const { bad, all, exitCode } = await doctor();
    usage.mockRestore();

    expect([exitCode, bad]).toEqual([0, ['warn health disk']]);
    expect(all[0]!.detail).toBe('5.0 GiB free of 100.0 (5 %)');
  });

  it('calls itself something else', async () => {
    const { bad, all, exitCode } = await doctor({ url: server.http });

    expect([exitCode, bad]).toEqual([1, ['fail oci external address']]);
    expect(all[0]!.detail).toBe(`you use ${server.http}, the server calls itself ${url}`);
  });

  it('does not take the token', async () => {
    const { bad, exitCode } = await doctor({ token: 'a-token-that-is-none' });

    expect([exitCode, bad]).toEqual([1, ['fail server token']]);
  });

  it('shows a certificate that ends soon', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ashlar-doctor-'));
    const day = 86_400_000;
    // Certificates of the local CA live 390 days.
    const clock = { now: () => Date.now() - 370 * day };
    await ensureLocalCa(folder, { hosts: ['127.0.0.1'], clock });
    const settings = {
      tlsCert: join(folder, 'server.pem'),
      tlsKey: join(folder, 'server-key.pem'),
      listen: 'off',
    };
    const other = await startTestServer({ settings });
    const found = await doctor({ url: other.https, token: other.admin, ca: join(folder, 'ca.pem') });
    await other.stop();
    await rm(folder, { recursive: true });

    expect([found.exitCode, found.bad]).toEqual([0, ['warn tls expiry']]);
    expect(found.all[0]!.detail).toMatch(/^the certificate ends on \d{4}-\d\d-\d\d, in (?:19|20) days$/);
  });

  it('is not there', async () => {
    const { bad, exitCode } = await doctor({ url: 'http://127.0.0.1:1' });

    expect([exitCode, bad]).toEqual([1, ['fail server reachable']]);
  });
});

it('asks a server behind a proxy from its own machine, where the name of clients is not in use', async () => {
  const port = await freePort();
  const reach = `http://127.0.0.1:${port}`;
  const settings = {
    listen: `127.0.0.1:${port}`,
    listenTls: 'off',
    externalUrl: 'https://modules.contoso.example',
  };
  const other = await startTestServer({ settings, reach });
  const { exitCode, bad, checks } = await doctor({ url: reach, token: other.admin });
  await other.stop();

  expect([exitCode, bad]).toEqual([0, []]);
  expect(checks.filter(({ status }) => status === 'skip').map(({ name }) => name)).toEqual([
    'expiry',
    'range',
    'external address',
    'archive',
  ]);
  expect(checks.map(({ name }) => name)).toContain('disk');
});

it('tells which scopes the token has', async () => {
  const token = await server.token('read:open', 'publish:open');
  const { checks } = await doctor({ token });

  expect(checks.find(({ name }) => name === 'token')!.detail).toContain('read:open publish:open');
});
