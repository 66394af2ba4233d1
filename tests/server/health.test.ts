import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { ociClient } from '../oci/client.ts';
import { openConnection } from '../support/raw-connection.ts';
import { publishFiles, startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;

beforeEach(async () => {
  server = await startTestServer();
});
afterEach(async () => await server.stop());

async function ready() {
  const response = await fetch(`${server.http}/readyz`);
  const text = await response.text();
  return { status: response.status, retryAfter: response.headers.get('retry-after'), text };
}

describe('/healthz and /readyz', () => {
  it('are fine while the server is', async () => {
    expect(await (await fetch(`${server.http}/healthz`)).json()).toEqual({ status: 'ok' });
    expect(await ready()).toEqual({ status: 200, retryAfter: null, text: '{"status":"ready"}' });
  });

  const unavailable = (reason: string) => ({
    status: 503,
    retryAfter: '5',
    text: expect.stringContaining(
      `"ASH-UNAVAILABLE","message":"The registry cannot do this right now: ${reason}.`,
    ),
  });
  const degraded = (...problems: string[]) => ({
    status: 200,
    retryAfter: null,
    text: JSON.stringify({ status: 'degraded', problems }),
  });

  it('stay ready when the blob folder does not take files, say so, and recover alone', async () => {
    await publishFiles(server, 'terraform/contoso/net/azurerm@1.0.0', { 'main.tf': '# net\n' });
    const folder = join(server.data, 'blobs', 'upload');
    await rename(folder, `${folder}-away`);
    expect(await ready()).toEqual(degraded('the blob store cannot be written'));
    expect((await fetch(`${server.http}/healthz`)).status).toBe(200);
    expect((await server.api('GET', '/modules')).body).toMatchObject({ modules: [{ latest: '1.0.0' }] });
    await rename(`${folder}-away`, folder);
    expect(await ready()).toEqual({ status: 200, retryAfter: null, text: '{"status":"ready"}' });
  });

  /** Makes a method of a store fail, with a path in the error that nobody may see. */
  function failing(port: object, method: string) {
    const broken = vi.spyOn(port as Record<string, () => Promise<never>>, method);
    return broken.mockRejectedValue(new Error(`I/O error at ${server.data}`));
  }

  it('stay ready when the database cannot be written', async () => {
    const broken = failing(server.registry.metadata.command, 'touchTokens');
    expect(await ready()).toEqual(degraded('the metadata store cannot be written'));
    broken.mockRestore();
    expect((await ready()).text).toBe('{"status":"ready"}');
  });

  it.each([
    ['metadata', () => failing(server.registry.metadata.query, 'listNamespaces')],
    ['blob', () => failing(server.registry.blobs, 'size')],
  ])('are not ready when the %s store cannot be read', async (name, breaking) => {
    const broken = breaking();
    expect(await ready()).toEqual(unavailable(`the ${name} store cannot be read`));
    expect((await ready()).text).not.toContain(server.data);
    broken.mockRestore();
    expect((await ready()).status).toBe(200);
  });
});

describe('/metrics', () => {
  /** Values by name and labels; throws when a line is neither comment nor sample. */
  async function metrics(): Promise<Map<string, number>> {
    const response = await fetch(`${server.http}/metrics`);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
    const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
    return new Map(
      lines.map((line) => {
        const [, name, value] = /^([a-z_:][\w:]*(?:\{[^}]*\})?) (\S+)$/.exec(line) ?? [];
        if (name === undefined) throw new Error(`no sample: ${line}`);
        return [name, Number(value)];
      }),
    );
  }

  const count = (protocol: string, method: string, status: string) =>
    `ashlar_http_requests_total{protocol="${protocol}",method="${method}",status="${status}"}`;
  const inFlight = 'ashlar_http_requests_in_flight';

  it('count each protocol', async () => {
    await server.api('POST', '/namespaces', { name: 'open', visibility: 'public' });
    await publishFiles(server, 'terraform/open/net/azurerm@1.0.0', { 'main.tf': '# net\n' });
    const download = await fetch(`${server.http}/v1/modules/open/net/azurerm/1.0.0/download`);
    await fetch(`${server.http}${download.headers.get('x-terraform-get')}`);
    await fetch(`${server.http}/v2/`);
    await fetch(`${server.http}/oauth2/exchange`, { method: 'POST' });
    await fetch(`${server.http}/nothing`);

    // A request counts when its connection is done with it, a moment after the client has the answer.
    await expect
      .poll(async () => {
        const found = await metrics();
        return [
          count('api', 'POST', '2xx'),
          count('api', 'PUT', '2xx'),
          count('terraform', 'GET', '2xx'),
          count('archive', 'GET', '2xx'),
          count('oci', 'GET', '4xx'),
          count('acr', 'POST', '4xx'),
          count('other', 'GET', '4xx'),
        ].map((name) => found.get(name));
      })
      .toEqual([1, 1, 1, 1, 1, 1, 1]);
    const durations = await metrics();
    expect(durations.get('ashlar_http_request_duration_seconds_count{protocol="api",method="PUT"}')).toBe(1);
    expect(durations.get('ashlar_process_resident_memory_bytes')).toBeGreaterThan(0);
  });

  it('show what is under way, and nothing when a client gave up', async () => {
    const connection = await openConnection(server.http);
    await connection.write(
      `PUT /api/v1/version?ref=terraform/open/net/azurerm@1.0.0 HTTP/1.1\r\nHost: x\r\n` +
        `Authorization: Bearer ${server.admin}\r\nContent-Type: application/zip\r\nContent-Length: 1000\r\n\r\nPK`,
    );
    // The request for the metrics is under way as well.
    await expect.poll(async () => (await metrics()).get(inFlight)).toBe(2);
    connection.close();
    await expect.poll(async () => (await metrics()).get(inFlight)).toBe(1);
    await expect
      .poll(async () => (await server.registry.metadata.query.listNamespaces(undefined)).length)
      .toBe(0);
  });

  it('tell the state of stores, disk, uploads and certificate', async () => {
    const start = await fetch(`${server.http}/v2/contoso/plain/blobs/uploads/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.admin}` },
    });
    expect(start.status).toBe(202);
    const broken = vi.spyOn(server.registry.blobs, 'check').mockRejectedValue(new Error('full'));

    const found = await metrics();

    const stores = ['metadata', 'blobs'].flatMap((store) =>
      ['read', 'write'].map(
        (operation) => `ashlar_store_available{store="${store}",operation="${operation}"}`,
      ),
    );
    expect(stores.map((name) => found.get(name))).toEqual([1, 1, 1, 0]);
    expect(found.get('ashlar_uploads_open')).toBe(1);
    expect(found.get('ashlar_disk_free_bytes')).toBeGreaterThan(0);
    expect(found.get('ashlar_disk_size_bytes')).toBeGreaterThan(found.get('ashlar_disk_free_bytes')!);
    const { validToDate } = new X509Certificate(await readFile(join(server.data, 'tls/server.pem')));
    expect(found.get('ashlar_certificate_expiry_timestamp_seconds')).toBe(validToDate.getTime() / 1000);
    expect(found.get('ashlar_log_lines_dropped_total')).toBe(0);
    expect(found.get('ashlar_metadata_commands_waiting')).toBe(0);
    expect(found.get('ashlar_metadata_command_duration_seconds_count')).toBeGreaterThan(0);
    broken.mockRestore();
  });

  it('leave out what cannot be read, and show the rest', async () => {
    vi.spyOn(server.registry.blobs, 'usage').mockRejectedValue(new Error('no disk'));

    const found = await metrics();

    expect(found.has('ashlar_disk_free_bytes')).toBe(false);
    expect(found.get('ashlar_store_available{store="blobs",operation="read"}')).toBe(1);
  });

  it.each(['http', 'https'] as const)('count the bytes of transfers over %s', async (scheme) => {
    const content = randomBytes(300_000);
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    const { send } = ociClient(server, { token: server.admin, tls: scheme === 'https' });
    await send('POST', `/v2/contoso/plain/blobs/uploads/?digest=${digest}`, { body: content });
    expect((await send('GET', `/v2/contoso/plain/blobs/${digest}`)).body.equals(content)).toBe(true);

    for (const way of ['received', 'sent']) {
      const name = `ashlar_http_${way}_bytes_total{protocol="oci"}`;
      await expect.poll(async () => (await metrics()).get(name)).toBeGreaterThan(300_000);
      expect((await metrics()).get(name)).toBeLessThan(320_000);
    }
  });
});
