import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readlink } from 'node:fs/promises';
import { request as plainRequest, type IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';

import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openConnection, type RawConnection } from '../support/raw-connection.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { describeOnLinux } from '../support/tool.ts';
import { createNamespace } from '../terraform/client.ts';

let server: TestServer;
let timer: NodeJS.Timeout | undefined;
let connection: RawConnection | undefined;

beforeEach(async () => {
  server = await startTestServer({ limits: { bodyWindow: 400, bodyMinimum: 100, sendTimeout: 400 } });
});
afterEach(async () => {
  clearInterval(timer);
  connection?.close();
  await server.stop();
});

/** Sends the head of a request and then a byte now and then; returns the answer. */
async function trickle(url: string, line: string, ...fields: string[]) {
  connection = await openConnection(url, server.ca);
  const authorization = `Authorization: Bearer ${server.admin}`;
  const head = [line, 'Host: x', authorization, 'Content-Length: 100000', ...fields, '', ''];
  await connection.write(head.join('\r\n'));
  timer = setInterval(() => void connection!.write('a').catch(() => {}), 50);
  return await connection.answer();
}

describe('T-48: a body that trickles', () => {
  it('leaves what arrived of an upload, which can be continued', async () => {
    const begun = await fetch(`${server.http}/v2/plain/x/blobs/uploads/`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.admin}` },
    });
    const answer = await trickle(server.http, `PATCH ${begun.headers.get('location')} HTTP/1.1`);
    expect(answer.status).toBe(408);
    expect(JSON.parse(answer.body)).toEqual({
      errors: [
        {
          code: 'BLOB_UPLOAD_INVALID',
          message:
            'The body of the request came too slowly, or not at all. Send it again over a better connection.',
        },
      ],
    });
    expect(answer.headers.get('connection')).toBe('close');
    expect(await connection!.isClosed()).toBe(true);
    const held = Number(answer.headers.get('range')!.split('-')[1]) + 1;
    expect(held).toBeGreaterThan(0);

    const rest = randomBytes(1_000);
    const next = await fetch(server.http + answer.headers.get('location')!, { method: 'PATCH', body: rest });
    expect(next.status).toBe(202);
    const bytes = Buffer.concat([Buffer.alloc(held, 'a'), rest]);
    const digest = `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
    const done = await fetch(`${server.http}${next.headers.get('location')}?digest=${digest}`, {
      method: 'PUT',
    });
    expect(done.status).toBe(201);
  });

  it.each([
    ['http', 'PUT /v2/plain/x/manifests/latest HTTP/1.1', 'application/json', 'ASH-BODY-TIMEOUT'],
    [
      'https',
      'PUT /api/v1/version?ref=terraform/contoso/net/azurerm@1.0.0 HTTP/1.1',
      'application/zip',
      'ASH-BODY-TIMEOUT',
    ],
    ['https', 'POST /api/v1/tokens HTTP/1.1', 'application/json', 'ASH-BODY-TIMEOUT'],
    ['http', 'POST /oauth2/token HTTP/1.1', 'application/x-www-form-urlencoded', 'ASH-BODY-SIZE'],
  ] as const)('is refused over %s: %s', async (scheme, line, type, code) => {
    await createNamespace(server, 'contoso', 'private');
    const answer = await trickle(server[scheme], line, `Content-Type: ${type}`);
    // A form may not be that long in the first place.
    expect(answer.status).toBe(code === 'ASH-BODY-SIZE' ? 413 : 408);
    expect(answer.headers.get('ashlar-error')).toBe(code);
    expect(await connection!.isClosed(3_000)).toBe(true);
  });
});

describeOnLinux('an answer that nobody reads', () => {
  it.each(['http', 'https'] as const)('holds no file open for ever: %s', async (scheme) => {
    const content = randomBytes(32_000_000);
    const digest = `sha256:${createHash('sha256').update(content).digest('hex')}`;
    const headers = { authorization: `Bearer ${server.admin}` };
    const uploads = `${server.http}/v2/plain/x/blobs/uploads/?digest=${digest}`;
    expect((await fetch(uploads, { method: 'POST', headers, body: content })).status).toBe(201);

    const request = scheme === 'http' ? plainRequest : tlsRequest;
    const sent = request(`${server[scheme]}/v2/plain/x/blobs/${digest}`, {
      headers,
      ca: server.ca,
      agent: false,
    });
    sent.on('error', () => {});
    sent.end();
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    response.on('error', () => {});
    expect(await openBlobs()).toBe(1);
    await expect.poll(openBlobs, { timeout: 10_000 }).toBe(0);
    sent.destroy();
  });

  /** The server runs in this process. */
  async function openBlobs(): Promise<number> {
    const targets = await Promise.all(
      (await readdir('/proc/self/fd')).map(
        async (fd) => await readlink(`/proc/self/fd/${fd}`).catch(() => ''),
      ),
    );
    return targets.filter((target) => target.startsWith(`${server.data}/blobs/sha256/`)).length;
  }
});
