import { randomBytes } from 'node:crypto';

import { packZip } from '@ashlar/registry/intake';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { openConnection, type RawConnection } from '../support/raw-connection.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { moduleFiles, putVersion } from './put-version.ts';

/**
 * A client that sends its whole body before it reads, as many do: an answer that is given before the end of the body
 * must still be there, and the connection must be good for the next request.
 */

let server: TestServer;
let reader: string;
let large: Buffer;

beforeAll(async () => {
  server = await startTestServer();
  await putVersion(server, {
    ref: 'terraform/contoso/taken/azurerm@1.0.0',
    body: await packZip(moduleFiles({ 'main.tf': '# taken\n' })),
  });
  reader = await server.token('read:contoso');
  // 15 MB, as a module with pictures would be.
  large = await packZip([
    ...moduleFiles({ 'main.tf': '# large\n' }),
    { path: 'large.bin', executable: false, bytes: randomBytes(15_000_000) },
  ]);
});
afterAll(async () => await server.stop());

interface Refused {
  readonly target: string;
  readonly method?: string;
  readonly type?: string;
  readonly token?: string;
  readonly body?: Buffer;
  readonly chunked?: boolean;
  readonly status: number;
  readonly code: string;
}

const version = '/api/v1/version?ref=terraform/contoso';
const cases: [string, (server: TestServer) => Refused][] = [
  [
    '401',
    () => ({ target: `${version}/net/azurerm@1.0.0`, token: '', status: 401, code: 'ASH-AUTH-REQUIRED' }),
  ],
  [
    '401 of a wrong token',
    () => ({ target: `${version}/net/azurerm@1.0.0`, token: 'no', status: 401, code: 'ASH-AUTH-INVALID' }),
  ],
  [
    '403',
    () => ({ target: `${version}/net/azurerm@1.0.0`, token: reader, status: 403, code: 'ASH-FORBIDDEN' }),
  ],
  ['400', () => ({ target: `${version}/net@1.0.0`, status: 400, code: 'ASH-ADDRESS-INVALID' })],
  ['404', () => ({ target: '/nothing/here', status: 404, code: 'ASH-ROUTE-UNKNOWN' })],
  [
    '415',
    () => ({
      target: `${version}/net/azurerm@1.0.0`,
      type: 'text/plain',
      status: 415,
      code: 'ASH-MEDIA-TYPE',
    }),
  ],
  ['409', () => ({ target: `${version}/taken/azurerm@1.0.0`, status: 409, code: 'ASH-VERSION-EXISTS' })],
  [
    '413',
    () => ({
      target: `${version}/net/azurerm@1.0.0`,
      body: Buffer.alloc(25_000_000),
      status: 413,
      code: 'ASH-ARCHIVE-SIZE',
    }),
  ],
  [
    '413 of a body without length',
    () => ({
      target: `${version}/net/azurerm@1.0.0`,
      body: Buffer.alloc(25_000_000),
      chunked: true,
      status: 413,
      code: 'ASH-ARCHIVE-SIZE',
    }),
  ],
  [
    '413 of the JSON API',
    () => ({
      target: '/api/v1/namespaces',
      method: 'POST',
      type: 'application/json',
      status: 413,
      code: 'ASH-BODY-SIZE',
    }),
  ],
  [
    '413 of the JSON API without length',
    () => ({
      target: '/api/v1/namespaces',
      method: 'POST',
      type: 'application/json',
      chunked: true,
      status: 413,
      code: 'ASH-BODY-SIZE',
    }),
  ],
  [
    '413 of a form',
    () => ({
      target: '/oauth2/token',
      method: 'POST',
      type: 'application/x-www-form-urlencoded',
      status: 413,
      code: 'ASH-BODY-SIZE',
    }),
  ],
];

describe.each(['http', 'https'] as const)('over %s', (scheme) => {
  it.each(cases)(
    '%s is read by a client that sends 15 MB first, and the connection goes on',
    async (_, make) => {
      const refused = make(server);
      const connection = await openConnection(server[scheme], server.ca);
      try {
        await send(connection, refused);
        const answer = await connection.answer();
        expect(answer.status).toBe(refused.status);
        expect(answer.headers.get('ashlar-error')).toBe(refused.code);
        expect(answer.headers.get('connection') ?? 'keep-alive').toBe('keep-alive');

        await connection.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
        expect(await connection.answer()).toMatchObject({ status: 200, body: '{"status":"ok"}' });
      } finally {
        connection.close();
      }
    },
  );
});

async function send(connection: RawConnection, refused: Refused): Promise<void> {
  const { target, method = 'PUT', type = 'application/zip', token = server.admin, chunked } = refused;
  const body = refused.body ?? large;
  const lines = [
    `${method} ${target} HTTP/1.1`,
    'Host: registry.example',
    `Content-Type: ${type}`,
    ...(token === '' ? [] : [`Authorization: Bearer ${token}`]),
    chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`,
  ];
  await connection.write(`${lines.join('\r\n')}\r\n\r\n`);
  const step = 1_000_000;
  for (let at = 0; at < body.length; at += step) {
    const part = body.subarray(at, at + step);
    if (chunked) await connection.write(`${part.length.toString(16)}\r\n`);
    await connection.write(part);
    if (chunked) await connection.write('\r\n');
  }
  if (chunked) await connection.write('0\r\n\r\n');
}

it('fetch reads the answer as well', async () => {
  for (let i = 0; i < 5; i++) {
    const answer = await putVersion(server, {
      ref: 'terraform/contoso/net/azurerm@1.0.0',
      body: large,
      token: '',
    });
    expect(answer).toMatchObject({ status: 401, body: { code: 'ASH-AUTH-REQUIRED' } });
  }
});

it('a client that asks first is not told to send what is refused', async () => {
  const connection = await openConnection(server.http);
  try {
    await connection.write(
      `PUT ${version}/net/azurerm@1.0.0 HTTP/1.1\r\nHost: x\r\nContent-Type: application/zip\r\n` +
        `Content-Length: ${large.length}\r\nExpect: 100-continue\r\n\r\n`,
    );
    const answer = await connection.answer();
    expect(answer).toMatchObject({ status: 401 });
    // It may send its body or not, so what follows cannot be told apart.
    expect(answer.headers.get('connection')).toBe('close');
    expect(await connection.isClosed()).toBe(true);
  } finally {
    connection.close();
  }
});

it.each([
  ['PUT', `${version}/asked/azurerm@1.0.0`, 'application/zip', 201],
  ['POST', '/api/v1/namespaces', 'application/json', 201],
  ['POST', '/oauth2/token', 'application/x-www-form-urlencoded', 400],
])('a client that asks first is told to send: %s %s', async (method, target, type, status) => {
  const body =
    type === 'application/zip'
      ? await packZip(moduleFiles({ 'main.tf': '# asked\n' }))
      : Buffer.from(type === 'application/json' ? '{"name":"asked"}' : 'a=b');
  const connection = await openConnection(server.http);
  try {
    await connection.write(
      `${method} ${target} HTTP/1.1\r\nHost: x\r\nContent-Type: ${type}\r\nAuthorization: Bearer ${server.admin}\r\n` +
        `Content-Length: ${body.length}\r\nExpect: 100-continue\r\n\r\n`,
    );
    expect(await connection.answer()).toMatchObject({ status: 100 });
    await connection.write(body);
    const answer = await connection.answer();
    expect(answer.status).toBe(status);
    expect(answer.headers.get('connection') ?? 'keep-alive').toBe('keep-alive');
    await connection.write('GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(await connection.answer()).toMatchObject({ status: 200 });
  } finally {
    connection.close();
  }
});
