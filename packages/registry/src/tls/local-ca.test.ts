import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import https from 'node:https';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { mkdtemp, readdir, readFile, rm, stat, writeFile } from '../gateway/file-system.ts';
import { httpRequest } from '../gateway/http.ts';
import { ensureLocalCa } from './local-ca.ts';

const run = promisify(execFile);
const day = 24 * 60 * 60 * 1000;
const start = Date.now();

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp('/tmp/ashlar-ca-');
});
afterEach(() => rm(folder, { recursive: true }));

const ensure = (hosts: string[] = [], daysLater = 0) =>
  ensureLocalCa(folder, { hosts, clock: { now: () => start + daysLater * day } });

const hasOpenssl = await run('openssl', ['version']).then(
  () => true,
  () => false,
);
if (!hasOpenssl) console.warn('skipped: openssl is not installed');

test('makes a CA and a server certificate once', async () => {
  const first = await ensure(['registry.example.com']);
  expect(first).toMatchObject({
    caPath: `${folder}/ca.pem`,
    created: true,
    trustLine: `export SSL_CERT_FILE=${folder}/ca.pem`,
  });
  expect((await readdir(folder)).toSorted()).toEqual([
    'ca-key.pem',
    'ca.pem',
    'server-key.pem',
    'server.pem',
  ]);
  for (const [name, mode] of Object.entries({
    'ca-key.pem': 0o600,
    'server-key.pem': 0o600,
    'ca.pem': 0o644,
  })) {
    expect((await stat(`${folder}/${name}`)).mode & 0o777).toBe(mode);
  }
  expect(await ensure(['registry.example.com'])).toEqual({ ...first, created: false });
});

test('a second start takes no time', async () => {
  await ensure();
  const times: number[] = [];
  for (let round = 0; round < 3; round++) {
    const before = performance.now();
    await ensure();
    times.push(performance.now() - before);
  }
  expect(Math.min(...times)).toBeLessThan(15);
});

test('the certificates say what clients check', async () => {
  const { ca, cert } = await ensure([
    '[2001:db8::5]',
    'Registry.Example.com',
    '10.0.0.7',
    'localhost',
    '0.0.0.0',
    '::',
  ]);
  const authority = new X509Certificate(ca);
  const server = new X509Certificate(cert);
  expect(authority.subject).toMatch(/^CN=Ashlar local CA [0-9a-f]{8}$/);
  expect(authority.ca).toBe(true);
  expect(Math.round((authority.validToDate.getTime() - start) / day)).toBe(3650);
  expect(server.ca).toBe(false);
  expect(server.checkIssued(authority)).toBe(true);
  expect(server.verify(authority.publicKey)).toBe(true);
  expect(server.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1']);
  expect(server.validFromDate.getTime()).toBeLessThan(start);
  expect((server.validToDate.getTime() - server.validFromDate.getTime()) / day).toBeLessThanOrEqual(397);
  expect(server.subjectAltName).toBe(
    'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, IP Address:2001:DB8:0:0:0:0:0:5, DNS:registry.example.com, IP Address:10.0.0.7',
  );
});

describe('issues a new server certificate from the same CA', () => {
  test.each<[string, string[], number]>([
    ['when a host comes', ['a.example', 'b.example'], 0],
    ['when a host goes', [], 0],
    ['when a host changes', ['b.example'], 0],
    ['30 days before its end', ['a.example'], 361],
    ['after its end', ['a.example'], 500],
    ['when the clock was put back', ['a.example'], -2],
  ])('%s', async (_name, hosts, daysLater) => {
    const first = await ensure(['a.example']);
    const next = await ensure(hosts, daysLater);
    expect(next).toMatchObject({ ca: first.ca, created: false });
    expect(next.cert).not.toBe(first.cert);
    expect(await ensure(hosts, daysLater)).toEqual(next);
  });

  test.each(['server.pem', 'server-key.pem'])('when %s is missing, damaged or of another', async (name) => {
    const first = await ensure();
    await rm(`${folder}/${name}`);
    const second = await ensure();
    await writeFile(`${folder}/${name}`, '-----BEGIN');
    const third = await ensure();
    expect(new Set([first.cert, second.cert, third.cert]).size).toBe(3);
    await writeFile(`${folder}/${name}`, name === 'server.pem' ? second.cert : second.key);
    expect((await ensure()).cert).not.toBe(third.cert);
  });
});

test('keeps a server certificate 31 days before its end, also without the key of the CA', async () => {
  const first = await ensure();
  await rm(`${folder}/ca-key.pem`);
  expect((await ensure([], 358)).cert).toBe(first.cert);
});

test('makes a new CA before the old one ends; a server certificate never outlives its CA', async () => {
  const first = await ensure();
  const last = await ensure([], 3600);
  expect(last.ca).toBe(first.ca);
  expect(new X509Certificate(last.cert).validToDate).toEqual(new X509Certificate(last.ca).validToDate);
  const next = await ensure([], 3630);
  expect(next.created).toBe(true);
  expect(new X509Certificate(next.cert).checkIssued(new X509Certificate(next.ca))).toBe(true);
});

test('a first start that was cut short is finished', async () => {
  await writeFile(`${folder}/ca-key.pem`, 'half');
  expect(await ensure()).toMatchObject({ created: true });
});

describe('a damaged CA is refused', () => {
  const other = '-----BEGIN PRIVATE KEY-----\nnothing\n-----END PRIVATE KEY-----\n';
  test.each<[string, () => Promise<unknown>]>([
    ['ca.pem is not a certificate', () => writeFile(`${folder}/ca.pem`, 'x')],
    ['ca-key.pem is missing', () => rm(`${folder}/ca-key.pem`)],
    ['ca-key.pem is not a private key', () => writeFile(`${folder}/ca-key.pem`, other)],
    [
      'ca-key.pem does not belong to ca.pem',
      async () => writeFile(`${folder}/ca-key.pem`, await readFile(`${folder}/server-key.pem`)),
    ],
  ])('%s', async (reason, damage) => {
    await ensure();
    await damage();
    await expect(ensure(['new.example'])).rejects.toMatchObject({
      code: 'ASH-CONFIG',
      message: `tls: the local CA in ${folder} cannot be used: ${reason}. Restore the folder, or remove it to get a new CA, which every client must trust anew.`,
    });
  });
});

test('the line that trusts the CA survives any path', async () => {
  const odd = `${folder}/it's a path`;
  const { caPath, trustLine } = await ensureLocalCa(odd, { hosts: [], clock: { now: () => start } });
  const { stdout } = await run('sh', ['-c', `${trustLine}; printf %s "$SSL_CERT_FILE"`]);
  expect(stdout).toBe(caPath);
});

test.skipIf(!hasOpenssl)('OpenSSL accepts the chain by its strict rules', async () => {
  await ensure(['registry.example.com']);
  for (const host of [
    ['-verify_hostname', 'registry.example.com'],
    ['-verify_ip', '127.0.0.1'],
    ['-verify_ip', '::1'],
  ]) {
    const flags = [
      'verify',
      '-x509_strict',
      '-purpose',
      'sslserver',
      ...host,
      '-CAfile',
      'ca.pem',
      'server.pem',
    ];
    expect((await run('openssl', flags, { cwd: folder })).stdout).toBe('server.pem: OK\n');
  }
});

test('Node reaches a server under every name, and under no other', async () => {
  const { ca, cert, key } = await ensure();
  const server = https.createServer({ cert, key }, (_request, response) => response.end('hello'));
  await new Promise<void>((done) => server.listen(0, '0.0.0.0', done));
  const { port } = server.address() as AddressInfo;
  try {
    for (const host of ['localhost', '127.0.0.1']) {
      const { body } = await httpRequest(`https://${host}:${port}/`, { ca });
      expect(body.toString()).toBe('hello');
    }
    await expect(httpRequest(`https://127.0.0.2:${port}/`, { ca })).rejects.toThrow(/altnames/);
    await expect(httpRequest(`https://localhost:${port}/`)).rejects.toThrow(/certificate/);
  } finally {
    server.close();
  }
});
