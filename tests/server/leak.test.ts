import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it, vi } from 'vitest';

import { createLogger } from '../../packages/registry/src/server/log.ts';
import { openConnection } from '../support/raw-connection.ts';
import { publishFiles, startTestServer, type TestServer } from '../support/server.ts';

/**
 * No credential reaches a log, a metric, an error or the database, wherever a client puts it. Two kinds are sent: words
 * that nobody could recognise as a secret, in places that are for secrets, and real ones, also where they do not belong.
 */

let server: TestServer;
let log = '';
/** Text of all refusals. */
let refusals = '';
const secrets = new Map<string, string>();

/** A secret that looks like nothing. */
function secret(place: string): string {
  const text = `s${randomBytes(12).toString('hex')}`;
  secrets.set(text, place);
  return text;
}

/** A real credential, from an answer that is meant to hold it. */
function real(place: string, text: string): string {
  secrets.set(text, place);
  return text;
}

beforeAll(async () => {
  server = await startTestServer({
    log: createLogger('trace', {
      write: (line) => {
        log += line;
      },
    }),
  });
  real('admin token', server.admin);
  await server.api('POST', '/namespaces', { name: 'open', visibility: 'public' });
  await publishFiles(server, 'terraform/open/net/azurerm@1.0.0', { 'main.tf': '# net\n' });
});
afterAll(async () => await server.stop());

async function send(head: string[], body = ''): Promise<{ status: number; head: string; body: string }> {
  const connection = await openConnection(server.http);
  try {
    const fields = ['Host: registry.example', 'Connection: close', `Content-Length: ${body.length}`];
    const [line, ...rest] = head;
    await connection.write(`${[line, ...fields, ...rest].join('\r\n')}\r\n\r\n${body}`);
    const answer = await connection.answer();
    if (answer.status >= 400) refusals += answer.head + answer.body;
    return answer;
  } finally {
    connection.close();
  }
}

const get = async (target: string, ...headers: string[]) =>
  await send([`GET ${target} HTTP/1.1`, ...headers]);
const post = async (target: string, type: string, body: string, ...headers: string[]) =>
  await send([`POST ${target} HTTP/1.1`, `Content-Type: ${type}`, ...headers], body);
const form = async (target: string, fields: Record<string, string>) =>
  await post(target, 'application/x-www-form-urlencoded', new URLSearchParams(fields).toString());
const basic = (password: string) =>
  `Authorization: Basic ${Buffer.from(`user:${password}`).toString('base64')}`;

const targets = [
  '/',
  '/healthz',
  '/api/v1/tokens',
  '/v2/',
  '/v2/open/x/tags/list',
  '/acr/v1/_catalog',
  '/token',
  '/v1/modules',
  '/nothing',
];

it.each(targets)('T-23: words in header fields, %s', async (target) => {
  await get(target, `Authorization: Bearer ${secret('Bearer')}`);
  await get(target, basic(secret('Basic')));
  await get(target, `Authorization: Basic ${secret('broken Basic')}`);
  await get(target, `Authorization: Token ${secret('unknown scheme')}`);
  await get(target, `Authorization: ${secret('no scheme')}`);
  await get(target, `Authorization: Bearer ${secret('two words')} ${secret('second word')}`);
  await get(target, `Authorization: Bearer ${secret('dots')}.${secret('dots')}.${secret('dots')}`);
  await get(target, `Cookie: session=${secret('cookie')}`);
  await get(target, `Proxy-Authorization: Basic ${secret('proxy')}`);
  await get(target, `X-Registry-Auth: ${secret('x-registry-auth')}`, `X-Api-Key: ${secret('x-api-key')}`);
  await get(
    target,
    `X-Forwarded-Access-Token: ${secret('x-forwarded')}`,
    `X-Request-Id: ${secret('request id')}`,
  );
  await get(target, `Referer: https://x.example/?token=${secret('referer')}`);
  expectNoLeak({ log, refusals });
});

it.each(targets)('T-23: words in queries, %s', async (target) => {
  for (const name of [
    'token',
    'access_token',
    'refresh_token',
    'code',
    'state',
    'password',
    'sig',
    'key',
    'client_secret',
    'x',
  ]) {
    await get(`${target}?${name}=${secret(`?${name}`)}`);
    await get(`${target}?n=1&${name.toUpperCase()}=${secret(`?${name} in capitals`)}`);
  }
  await get(`${target}?${secret('bare query')}`);
  await get(`${target}?%74oken=${secret('escaped name')}`);
  await get(`${target}?a=b?token=${secret('second question mark')}`);
  await get(`http://user:${secret('user info')}@registry.example${target}`);
  expectNoLeak({ log, refusals });
});

it('T-23: words in bodies', async () => {
  const json = 'application/json';
  for (const target of ['/token', '/oauth2/token', '/oauth2/exchange', '/oauth/token', '/oauth/authorize']) {
    for (const grant of ['password', 'refresh_token', 'access_token', 'authorization_code', 'nonsense']) {
      await form(target, {
        grant_type: grant,
        service: server.httpHost,
        password: secret(`password at ${target}`),
        refresh_token: secret(`refresh_token at ${target}`),
        access_token: secret(`access_token at ${target}`),
        client_secret: secret(`client_secret at ${target}`),
        token: secret(`token at ${target}`),
        code: secret(`code at ${target}`),
        code_verifier: secret(`code_verifier at ${target}`),
      });
    }
    await post(target, json, JSON.stringify({ password: secret(`JSON at ${target}`) }));
    await post(target, 'text/plain', secret(`text at ${target}`));
  }
  for (const target of ['/api/v1/tokens', '/api/v1/namespaces', '/nothing']) {
    for (const authorization of [`Authorization: Bearer ${server.admin}`, 'X-A: b']) {
      await post(target, json, `{"token":"${secret('unknown field')}"}`, authorization);
      await post(target, json, `{"${secret('unknown key')}":1}`, authorization);
      await post(target, json, `{"name":"${secret('broken JSON')}`, authorization);
      await post(target, json, secret('no JSON'), authorization);
      await post(target, 'application/x-www-form-urlencoded', `token=${secret('form')}`, authorization);
    }
  }
  await post('/v2/open/x/blobs/uploads/', 'application/octet-stream', secret('blob'));
  expectNoLeak({ log, refusals });
});

it('T-23: words in the place of links', async () => {
  await get(`/v1/archives/${secret('archive link')}/x.zip`);
  await get(`/v1/archives/${secret('archive link without name')}`);
  for (const method of ['GET', 'PATCH', 'PUT', 'DELETE', 'POST']) {
    await send([`${method} /v2/open/x/blobs/uploads/${secret('upload')} HTTP/1.1`]);
    await send([`${method} /v2/open%2Fx/blobs%2Fuploads%2F${secret('escaped upload')} HTTP/1.1`]);
    await send([`${method} /v2/open/x/blobs/uploads/${secret('upload with more')}/more?digest=1 HTTP/1.1`]);
  }
  await get(`/v2/open/x/nothing?token=${secret('unknown OCI path')}`);
  expectNoLeak({ log, refusals });
});

it('T-23: real credentials, in use and misplaced', async () => {
  const bearer = `Authorization: Bearer ${server.admin}`;
  const made: string = (await server.api('POST', '/tokens', { name: 'x', scopes: ['manage:*'] })).body.token;
  real('made token', made);
  const mistyped = real('mistyped token', `${made.slice(0, -1)}_`);
  const answer = await get('/token?service=x&scope=repository:open/x:pull,push', basic(server.admin));
  const access: string = JSON.parse(answer.body).token;
  real('access token', access);
  const login = new URLSearchParams({
    client_id: 'terraform-cli',
    response_type: 'code',
    state: secret('state'),
    code_challenge: secret('code challenge').padEnd(43, 'c'),
    code_challenge_method: 'S256',
    redirect_uri: 'http://localhost:10009/login',
  });
  const signedIn = await form(`/oauth/authorize?${login.toString()}`, { token: made });
  expect(signedIn.status).toBe(303);
  const code = /code=([^&\s]+)/.exec(signedIn.head)![1]!;
  real('code', code);
  const download = await get('/v1/modules/open/net/azurerm/1.0.0/download');
  const link = /x-terraform-get: (\S+)/i.exec(download.head)![1]!;
  real('archive ticket', link.split('/')[3]!);
  const upload = await send(['POST /v2/open/x/blobs/uploads/ HTTP/1.1', bearer]);
  const location = /location: (\S+)/i.exec(upload.head)![1]!;
  const ticket = real('upload ticket', location.split('/').at(-1)!);
  expect([access, code, link, ticket].map((each) => each.includes('eyJ'))).toEqual([true, true, true, true]);

  await get(link);
  await send([`PATCH ${location} HTTP/1.1`], 'bytes');
  await send([`PATCH ${location.replaceAll('/uploads/', '%2Fuploads%2F')} HTTP/1.1`], 'bytes');
  await form('/oauth/token', {
    grant_type: 'authorization_code',
    code,
    code_verifier: secret('verifier'),
    redirect_uri: 'http://localhost:10009/login',
  });
  for (const text of [server.admin, made, mistyped, access, ticket, code]) {
    for (const target of ['/api/v1/status', '/v2/', '/']) {
      await get(target, `Authorization: Bearer ${text}`);
      await get(target, basic(text));
      await get(target, `User-Agent: curl ${text}`, `X-A: ${text}`);
    }
    await get(`/nothing/${text}`);
    await get(`/${text}`);
    await get(`/healthz?ref=${text}`);
    await get(`/v2/?scope=${text}`);
    await get(`/nothing?search=${text}`);
    await send([`DELETE /api/v1/tokens/${text} HTTP/1.1`, bearer]);
    await get(`/v1/archives/${text}/x.zip`);
  }
  expectNoLeak({ log, refusals });
});

it('T-23: what goes wrong inside', async () => {
  const listModules = vi.spyOn(server.registry.metadata.query, 'listModules');
  const error = Object.assign(
    new Error(`no way with Bearer ${server.admin} and ${secret('header').replace(/^/, 'Basic ')}`),
    {
      request: { body: secret('body on an error'), headers: { authorization: secret('header on an error') } },
      cause: new Error(`postgres://user:${secret('connection string')}@database/x`),
    },
  );
  listModules.mockRejectedValueOnce(error);
  const { status, body } = await get(
    `/api/v1/modules?token=${secret('query of a failure')}`,
    `Authorization: Bearer ${server.admin}`,
  );
  expect(status).toBe(500);
  expect(JSON.parse(body)).toMatchObject({ code: 'ASH-INTERNAL' });
  const lines = log.split('\n').filter((line) => line.includes('no way with'));
  expect(lines).toHaveLength(1);
  // The stack is there, under the id that the user got.
  expect(JSON.parse(lines[0]!)).toMatchObject({
    level: 'error',
    reqId: JSON.parse(body).requestId,
    err: { type: 'Error', stack: expect.stringContaining('leak.test.ts') },
  });
  vi.spyOn(server.registry.metadata.command, 'createNamespace').mockRejectedValueOnce(new Error('broken'));
  await post(
    '/api/v1/namespaces',
    'application/json',
    JSON.stringify({ name: secret('body of a failure') }),
    `Authorization: Bearer ${server.admin}`,
  );
  expectNoLeak({ log, refusals });
});

it('T-23, P11: nothing of it is anywhere', async () => {
  expect(secrets.size).toBeGreaterThan(400);
  expect(new Set(secrets.values()).size).toBeGreaterThan(100);
  const requests = log.split('\n').filter((line) => line.includes('"msg":"request"'));
  expect(requests.length).toBeGreaterThan(500);
  await server.registry.identity.flush();
  const metrics = await (await fetch(`${server.http}/metrics`)).text();
  const names = (await readdir(server.data)).filter((name) => name.startsWith('metadata.db'));
  expect(names).toContain('metadata.db');
  const files = await Promise.all(
    names.map(async (name) => [name, await readFile(join(server.data, name), 'latin1')]),
  );

  expectNoLeak({ log, refusals, metrics, ...(Object.fromEntries(files) as Record<string, string>) });
});

/** Names what is found where, never the secret itself. */
function expectNoLeak(places: Readonly<Record<string, string>>): void {
  const leaks = Object.entries(places).flatMap(([place, text]) =>
    Array.from(secrets, ([value, origin]) => (text.includes(value) ? [`${origin} in ${place}`] : [])).flat(),
  );
  expect([...new Set(leaks)]).toEqual([]);
}
