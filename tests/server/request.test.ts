import { setTimeout as sleep } from 'node:timers/promises';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createLogger } from '../../packages/registry/src/server/log.ts';
import { openConnection } from '../support/raw-connection.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => await server.stop());

const ulid = /^[0-9A-HJKMNP-TV-Z]{26}$/;

async function ask(head: string) {
  const connection = await openConnection(server.http);
  try {
    await connection.write(`${head}\r\n\r\n`);
    return await connection.answer();
  } finally {
    connection.close();
  }
}

describe('every answer', () => {
  it.each(['/healthz', '/', '/v2/', '/nothing', '/api/v1/status', '/api/v1/tokens', '/%zz'])(
    '%s carries an id of its own, whatever the client sends',
    async (target) => {
      const first = await ask(`GET ${target} HTTP/1.1\r\nHost: x\r\nX-Request-Id: mine`);
      const second = await ask(`GET ${target} HTTP/1.1\r\nHost: x\r\nX-Request-Id: mine`);
      expect(first.headers.get('x-request-id')).toMatch(ulid);
      expect(second.headers.get('x-request-id')).not.toBe(first.headers.get('x-request-id'));
    },
  );

  it('names the id in the error of the API', async () => {
    const { headers, body } = await ask('GET /api/v1/tokens HTTP/1.1\r\nHost: x');
    expect(JSON.parse(body)).toEqual({
      code: 'ASH-AUTH-REQUIRED',
      message: expect.any(String),
      requestId: headers.get('x-request-id'),
    });
    expect(headers.get('www-authenticate')).toBe('Bearer realm="ashlar"');
  });
});

it('is logged as given up, and not as answered, when the client leaves before', async () => {
  const lines: string[] = [];
  const logged = await startTestServer({
    log: createLogger('info', { write: (line) => void lines.push(line) }),
  });
  try {
    const connection = await openConnection(logged.http);
    await connection.write(
      `PUT /api/v1/version?ref=terraform/contoso/net/azurerm@1.0.0 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${logged.admin}\r\nContent-Type: application/zip\r\nContent-Length: 1000\r\n\r\nPK`,
    );
    // The one that asks is in flight as well.
    const inFlight = async () =>
      /^ashlar_http_requests_in_flight 2$/m.test(await (await fetch(`${logged.http}/metrics`)).text());
    while (!(await inFlight())) await sleep(5);
    connection.close();
    const isThere = () => lines.some((line) => line.includes('"method":"PUT"'));
    while (!isThere()) await sleep(5);

    const line = lines.find((each) => each.includes('"method":"PUT"'))!;
    expect(JSON.parse(line)).toMatchObject({ msg: 'request', status: 499, aborted: true });
  } finally {
    await logged.stop();
  }
});

describe('what is not there', () => {
  it.each([
    ['GET', '/nothing'],
    ['GET', '/api/v1/nothing'],
    ['GET', '/api/v1'],
    ['GET', '/api'],
    ['POST', '/healthz'],
    ['DELETE', '/'],
    ['PATCH', '/api/v1/modules'],
    ['PUT', '/metrics'],
    ['PROPFIND', '/api/v1/modules'],
    ['GET', '/healthz/'],
    ['GET', '//healthz'],
  ])('%s %s is a JSON error', async (method, target) => {
    const { status, headers, body } = await ask(`${method} ${target} HTTP/1.1\r\nHost: x`);
    expect(status).toBe(404);
    expect(headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(JSON.parse(body)).toEqual({
      code: 'ASH-ROUTE-UNKNOWN',
      message: expect.stringContaining('/api/v1/openapi.json'),
      requestId: expect.stringMatching(ulid),
    });
  });
});

describe('what is malformed', () => {
  const long = 'a'.repeat(20_000);

  it.each<[string, string, number | number[]]>([
    ['a broken escape', 'GET /%zz HTTP/1.1\r\nHost: x', 400],
    ['half an escape', 'GET /api/v1/namespaces/% HTTP/1.1\r\nHost: x', [400, 404]],
    ['an escape that is no UTF-8', 'GET /v1/modules/%ff/net/azurerm/versions HTTP/1.1\r\nHost: x', 400],
    ['an escape that is no UTF-8, API', 'PATCH /api/v1/namespaces/%c3 HTTP/1.1\r\nHost: x', [400, 415]],
    ['an escape that is no UTF-8, OCI', 'GET /v2/%ff/tags/list HTTP/1.1\r\nHost: x', 400],
    ['an escape that is no UTF-8, ACR', 'GET /acr/v1/%ff/_tags HTTP/1.1\r\nHost: x', 400],
    ['an escape that is no UTF-8, query', 'GET /api/v1/modules?search=%ff HTTP/1.1\r\nHost: x', 200],
    ['a zero byte', 'GET /api/v1/module?address=%00 HTTP/1.1\r\nHost: x', 400],
    ['a zero byte in a path', 'GET /v1/modules/%00/net/azurerm/versions HTTP/1.1\r\nHost: x', [400, 404]],
    ['a zero byte in a search', 'GET /api/v1/modules?search=%00 HTTP/1.1\r\nHost: x', [200, 400]],
    ['a search of operators', 'GET /api/v1/modules?search=%22%20OR%20*%20NEAR( HTTP/1.1\r\nHost: x', 200],
    ['a huge URL', `GET /${long} HTTP/1.1\r\nHost: x`, [414, 431]],
    ['a long URL', `GET /${long.slice(0, 15_000)} HTTP/1.1\r\nHost: x`, 414],
    [
      'a long parameter',
      `GET /v1/modules/${long.slice(0, 9_000)}/a/b/versions HTTP/1.1\r\nHost: x`,
      [400, 404, 414],
    ],
    ['a long query', `GET /api/v1/modules?search=${long.slice(0, 9_000)} HTTP/1.1\r\nHost: x`, 414],
    ['a huge header', `GET /healthz HTTP/1.1\r\nHost: x\r\nX-A: ${long}`, 431],
    ['very many headers', `GET /healthz HTTP/1.1\r\nHost: x${'\r\nA: b'.repeat(1_900)}`, [200, 431]],
    ['no host', 'GET /healthz HTTP/1.1', 400],
    ['two hosts', 'GET /healthz HTTP/1.1\r\nHost: x\r\nHost: y', [200, 400]],
    ['two lengths', 'POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2', 400],
    ['a length that is none', 'POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: many', 400],
    [
      'length and chunks',
      'POST /token HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked',
      400,
    ],
    ['an unknown method', 'BREW / HTTP/1.1\r\nHost: x', 400],
    ['no HTTP', 'hello', 400],
    ['a TLS handshake', '\u0016\u0003\u0001', 400],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM', 400],
    ['a control character in a header', 'GET / HTTP/1.1\r\nHost: x\r\nX-A: \u0001', 400],
    ['a bad Authorization', 'GET /api/v1/status HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer', 401],
    ['Basic without password', 'GET /api/v1/status HTTP/1.1\r\nHost: x\r\nAuthorization: Basic YWJj', 401],
    ['an unknown scheme', 'GET / HTTP/1.1\r\nHost: x\r\nAuthorization: Negotiate abc', 401],
    ['a bad cookie', 'GET / HTTP/1.1\r\nHost: x\r\nCookie: =;;%zz', 200],
    ['a bad range', 'GET /healthz HTTP/1.1\r\nHost: x\r\nRange: bytes=9-1', 200],
    ['a bad version constraint', 'GET /v1/modules/a/b/c/~~/download HTTP/1.1\r\nHost: x', [400, 401, 404]],
    ['a negative page', 'GET /api/v1/modules?offset=-1 HTTP/1.1\r\nHost: x', 400],
    ['a page that is no number', 'GET /api/v1/modules?limit=NaN HTTP/1.1\r\nHost: x', 400],
    ['a page of everything', 'GET /api/v1/modules?limit=1e9 HTTP/1.1\r\nHost: x', 400],
    ['a far page', 'GET /api/v1/modules?offset=9007199254740991 HTTP/1.1\r\nHost: x', [200, 400]],
    ['a page beyond numbers', 'GET /api/v1/modules?offset=1e300 HTTP/1.1\r\nHost: x', 400],
    ['a parameter twice', 'GET /api/v1/modules?search=a&search=b HTTP/1.1\r\nHost: x', 400],
    ['prototype pollution', 'GET /api/v1/modules?__proto__[x]=1&constructor=2 HTTP/1.1\r\nHost: x', 200],
  ])('%s', async (_, head, expected) => {
    const { status } = await ask(head);
    expect([expected].flat()).toContain(status);
  });

  it.each<[string, string, number]>([
    ['no JSON', '{', 400],
    ['an empty body', '', 400],
    ['a text', '"text"', 400],
    ['null', 'null', 400],
    ['an array', '[]', 400],
    ['an unknown field', '{"name":"a","colour":"red"}', 400],
    ['a wrong type', '{"name":1}', 400],
    ['a name that is none', '{"name":"../x"}', 400],
    ['a reserved name', '{"name":"terraform"}', 400],
    ['prototype pollution', '{"name":"a","__proto__":{"x":1}}', 400],
    ['deep nesting', `{"name":${'['.repeat(100_000)}${']'.repeat(100_000)}}`, 400],
  ])('a body that is %s', async (_, body, status) => {
    const response = await fetch(`${server.http}/api/v1/namespaces`, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.admin}`, 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code: expect.stringMatching(/^ASH-/) });
  });
});
