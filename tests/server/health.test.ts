import { rename } from 'node:fs/promises';
import { join } from 'node:path';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

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

  it('say when the blob folder does not take files, and when it does again', async () => {
    const folder = join(server.data, 'blobs', 'upload');
    await rename(folder, `${folder}-away`);
    const answer = await ready();
    expect(answer).toEqual(unavailable('the blob store cannot be written'));
    expect(answer.text).not.toContain(server.data);
    expect((await fetch(`${server.http}/healthz`)).status).toBe(200);
    await rename(`${folder}-away`, folder);
    expect((await ready()).status).toBe(200);
  });

  it.each([
    ['read', 'query', 'listNamespaces'],
    ['written', 'command', 'touchTokens'],
  ] as const)('say when the database cannot be %s', async (what, port, method) => {
    const methods = server.registry.metadata[port] as unknown as Record<string, () => Promise<never>>;
    const broken = vi.spyOn(methods, method);
    broken.mockRejectedValue(new Error(`disk I/O error at ${server.data}`));
    const answer = await ready();
    expect(answer).toEqual(unavailable(`the metadata store cannot be ${what}`));
    expect(answer.text).not.toContain(server.data);
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
});
