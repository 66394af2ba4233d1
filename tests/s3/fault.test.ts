import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { createLogger } from '../../packages/registry/src/server/log.ts';
import { ociClient, type Send } from '../oci/client.ts';
import { bytesOf, descriptor, digestOf, imageManifest, json } from '../oci/content.ts';
import { type S3Fault, type S3Service, startS3 } from '../support/s3/service.ts';
import { type Json, publishFiles, startTestServer, type TestServer } from '../support/server.ts';

let service: S3Service;
let server: TestServer;
let send: Send;
let log = '';
let count = 0;

beforeAll(async () => {
  service = await startS3();
  Object.assign(process.env, service.credentials);
  const write = (line: string) => void (log += line);
  server = await startTestServer({
    settings: { blobs: service.url() },
    log: createLogger('trace', { write }),
  });
  ({ send } = ociClient(server, { token: server.admin }));
});
afterEach(() => {
  service.script = () => undefined;
});
afterAll(async () => {
  await server.stop();
  await service.stop();
});

/** Answers of a service that is out for a while. */
const faults: [string, S3Fault][] = [
  ['503 SlowDown', { kind: 'refuse', status: 503, code: 'SlowDown' }],
  ['403', { kind: 'refuse', status: 403, code: 'AccessDenied' }],
  ['a cut connection', { kind: 'cut' }],
  ['500 after it was done', { kind: 'refuse afterwards', status: 500, code: 'InternalError' }],
];

/** From the nth request on the service is out. */
function outFrom(n: number, fault: S3Fault): void {
  service.requests.length = 0;
  service.script = ({ number }) => (number >= n ? fault : undefined);
}

const isUnavailable = { status: 503, retryAfter: '5' };

describe.each(faults)('%s from the nth request on', (_, fault) => {
  it(
    'lets no version of Terraform show that is not whole, and the retry succeeds',
    { timeout: 120_000 },
    async () => {
      for (let n = 1; ; n++) {
        const [version, text] = [`1.0.${count++}`, `output "n" { value = ${count} }`];
        const reference = `terraform/fault/net/azurerm@${version}`;
        outFrom(n, fault);
        const { status } = await publishFiles(server, reference, { 'main.tf': text });
        const reached = service.requests.length >= n;
        service.script = () => undefined;

        expect(status).toBe(reached ? 503 : 201);
        expect(await archiveOf(version)).toBe(reached ? 'absent' : 'whole');
        expect((await publishFiles(server, reference, { 'main.tf': text })).status).toBe(reached ? 201 : 200);
        expect(await archiveOf(version)).toBe('whole');
        if (!reached) break;
      }
    },
  );

  it('lets no image show that is not whole, and the retry succeeds', { timeout: 120_000 }, async () => {
    for (let n = 1; ; n++) {
      const layer = bytesOf(1000, `layer ${count++}`);
      const manifest = json({
        schemaVersion: 2,
        mediaType: imageManifest,
        config: descriptor(layer, 'application/vnd.example.config'),
        layers: [],
      });
      const tag = `v${count}`;
      outFrom(n, fault);
      const pushed = await pushInChunks(layer, tag, manifest);
      const reached = service.requests.length >= n;
      service.script = () => undefined;

      expect(pushed).toEqual(reached ? isUnavailable : { status: 201 });
      expect(await imageOf(tag, layer)).toBe(reached ? 'absent' : 'whole');
      expect(await pushInChunks(layer, tag, manifest)).toEqual({ status: 201 });
      expect(await imageOf(tag, layer)).toBe('whole');
      if (!reached) break;
    }
  });
});

it('takes the last request of an upload again when it was answered with 503', async () => {
  const layer = bytesOf(1000, 'again');
  const start = await send('POST', '/v2/fault/again/blobs/uploads/');
  const location = String(start.headers.location);
  const finish = async () =>
    await send('PUT', `${location}${location.includes('?') ? '&' : '?'}digest=${digestOf(layer)}`, {
      body: layer,
    });
  outFrom(1, { kind: 'refuse', status: 403, code: 'AccessDenied' });
  const refused = await finish();
  service.script = () => undefined;

  expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
  expect((await finish()).status).toBe(201);
  expect((await send('GET', `/v2/fault/again/blobs/${digestOf(layer)}`)).body.equals(layer)).toBe(true);
});

it('says 503 to readers, readiness and pushers in one request, in words that name no place', async () => {
  const layer = bytesOf(1000, 'read');
  const push = async () =>
    await send('POST', `/v2/fault/read/blobs/uploads/?digest=${digestOf(layer)}`, { body: layer });
  expect((await push()).status).toBe(201);
  const other = bytesOf(1000, 'other');
  outFrom(1, { kind: 'refuse', status: 403, code: 'AccessDenied' });

  const answers = {
    blob: await send('GET', `/v2/fault/read/blobs/${digestOf(layer)}`),
    push: await send('POST', `/v2/fault/read/blobs/uploads/?digest=${digestOf(other)}`, { body: other }),
    ready: await send('GET', '/readyz'),
  };

  for (const { status, headers, text } of Object.values(answers)) {
    expect([status, headers['retry-after']]).toEqual([503, '5']);
    expect(text).not.toMatch(/127\.0\.0\.1|s3:|AccessDenied|S3RVER|bucket/);
  }
  expect(answers.blob.json.errors[0].message).toContain('the blob storage refuses access');
});

it('tells the log what the bucket said, and no secret', async () => {
  const layer = bytesOf(1000, 'logged');
  log = '';
  outFrom(1, { kind: 'refuse', status: 403, code: 'AccessDenied' });
  await send('POST', `/v2/fault/log/blobs/uploads/?digest=${digestOf(layer)}`, { body: layer });
  outFrom(1, { kind: 'cut' });
  await send('POST', `/v2/fault/log/blobs/uploads/?digest=${digestOf(layer)}`, { body: layer });

  expect(log).toMatch(/"code":"ASH-UNAVAILABLE"/);
  expect(log).toMatch(/the answer 403 of the blob storage/);
  expect(log).toMatch(/no whole answer of the blob storage: (?:ECONNRESET|EPIPE)/);
  expect(log).not.toMatch(/a-secret-of-the-tests|AWS4-HMAC|Signature=|S3RVER/);
});

/** The push of most clients: an upload in a chunk of its own, then the request that ends it. */
async function pushInChunks(layer: Buffer, tag: string, manifest: Buffer): Promise<Json> {
  const start = await send('POST', '/v2/fault/image/blobs/uploads/');
  const chunk = await send('PATCH', String(start.headers.location), { body: layer });
  const location = String(chunk.headers.location);
  const digest = `${location.includes('?') ? '&' : '?'}digest=${digestOf(layer)}`;
  const end = await send('PUT', location + digest);
  if (end.status !== 201) return { status: end.status, retryAfter: end.headers['retry-after'] };
  const headers = { 'content-type': imageManifest };
  const put = await send('PUT', `/v2/fault/image/manifests/${tag}`, { headers, body: manifest });
  return put.status === 201
    ? { status: 201 }
    : { status: put.status, retryAfter: put.headers['retry-after'] };
}

async function imageOf(tag: string, layer: Buffer): Promise<string> {
  const manifest = await send('GET', `/v2/fault/image/manifests/${tag}`);
  if (manifest.status === 404) return 'absent';
  const blob = await send('GET', `/v2/fault/image/blobs/${digestOf(layer)}`);
  return manifest.status === 200 && blob.body.equals(layer)
    ? 'whole'
    : `${manifest.status} and ${blob.status}`;
}

async function archiveOf(version: string): Promise<string> {
  const authorization = `Bearer ${server.admin}`;
  const path = `/v1/modules/fault/net/azurerm/${version}/download`;
  const answer = await fetch(server.http + path, { headers: { authorization } });
  if (answer.status === 404) return 'absent';
  const link = new URL(answer.headers.get('x-terraform-get') ?? '', server.http);
  const archive = await fetch(link);
  const digest = createHash('sha256')
    .update(Buffer.from(await archive.arrayBuffer()))
    .digest('hex');
  return link.searchParams.get('checksum') === `sha256:${digest}` ? 'whole' : `archive ${archive.status}`;
}

it('makes no database when the bucket cannot be used', async () => {
  const data = await mkdtemp(join(tmpdir(), 'ashlar-no-bucket-'));
  const blobs = `s3://nowhere/modules?region=us-east-1&endpoint=${service.endpoint}`;

  await expect(startTestServer({ data, settings: { blobs } })).rejects.toMatchObject({ code: 'ASH-CONFIG' });
  // It would be in the way of a start with another database.
  expect(existsSync(join(data, 'metadata.db'))).toBe(false);
  await rm(data, { recursive: true });
});
