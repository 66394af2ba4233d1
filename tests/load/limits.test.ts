import { afterEach, describe, expect, it } from 'vitest';

import { openConnection } from '../support/raw-connection.ts';
import { publishFiles, startTestServer, type TestServer, type TestServerOptions } from '../support/server.ts';
import { createNamespace, versionModule } from '../terraform/client.ts';

let server: TestServer;
afterEach(async () => await server.stop());

async function begin(settings: Record<string, string>, options: TestServerOptions = {}) {
  server = await startTestServer({ ...options, settings });
}

interface Got {
  readonly status: number;
  readonly code: string | null;
  readonly retryAfter: number;
  readonly type: string | null;
  readonly text: string;
}

async function get(path: string, token?: string, init: RequestInit = {}): Promise<Got> {
  const authorization = token === undefined ? undefined : { authorization: `Bearer ${token}` };
  const response = await fetch(server.http + path, {
    ...init,
    headers: { ...authorization, ...(init.headers as Record<string, string> | undefined) },
  });
  return {
    status: response.status,
    code: response.headers.get('ashlar-error'),
    retryAfter: Number(response.headers.get('retry-after')),
    type: response.headers.get('content-type'),
    text: await response.text(),
  };
}

async function statuses(count: number, send: () => Promise<{ status: number }>): Promise<number[]> {
  const all: number[] = [];
  for (let i = 0; i < count; i++) all.push((await send()).status);
  return all;
}

const times = (count: number, status: number) => Array.from({ length: count }, () => status);

describe('the rate of a caller', () => {
  const versions = '/v1/modules/contoso/net/azurerm/versions';
  const slow = { rateLimit: '1', rateBurst: '20' };

  async function publish(): Promise<void> {
    await createNamespace(server, 'contoso', 'public');
    await publishFiles(server, 'terraform/contoso/net/azurerm@1.0.0', versionModule('1.0.0'));
  }

  it('counts by token, and by address for those without one', async () => {
    await begin(slow);
    await publish();
    const [one, other] = [await server.token('read:contoso'), await server.token('read:contoso')];
    expect(await statuses(20, async () => await get(versions, one))).toEqual(times(20, 200));
    expect(await get(versions, one)).toMatchObject({ status: 429, retryAfter: 1, code: 'ASH-RATE-LIMIT' });
    expect((await get(versions, other)).status).toBe(200);
    expect((await get(versions)).status).toBe(200);
    await statuses(20, async () => await get(versions));
    expect((await get(versions)).status).toBe(429);
    expect((await get(versions, other)).status).toBe(200);
    // Once more after the time that was named.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect((await get(versions, one)).status).toBe(200);
  });

  it.each([
    ['/v1/modules/contoso/net/azurerm/versions', /^\{"errors":\["Too many requests came from your address/],
    ['/v1/modules/contoso/net/azurerm/1.0.0/download', /^Too many requests came from your address/],
    ['/v2/', /^\{"errors":\[\{"code":"TOOMANYREQUESTS","message":"Too many/],
    ['/v2/plain/x/manifests/latest', /^\{"errors":\[\{"code":"TOOMANYREQUESTS","message":"Too many/],
    ['/acr/v1/_catalog', /^\{"errors":\[\{"code":"TOOMANYREQUESTS","message":"Too many/],
    ['/token', /^\{"errors":\[\{"code":"TOOMANYREQUESTS","message":"Too many/],
    ['/api/v1/modules', /^\{"code":"ASH-RATE-LIMIT","message":"Too many .*","requestId":"\w+"\}$/],
    ['/api/v1/openapi.json', /^\{"code":"ASH-RATE-LIMIT"/],
    ['/', /Too many requests/],
    ['/.well-known/terraform.json', /Too many requests/],
    ['/oauth/authorize', /^Too many requests/],
    ['/nothing/here', /Too many requests/],
  ])('is refused on %s in the shape of its protocol', async (path, text) => {
    await begin({ rateLimit: '1', rateBurst: '1' });
    await get('/.well-known/terraform.json');
    expect(await get(path)).toMatchObject({ status: 429, retryAfter: 1, code: 'ASH-RATE-LIMIT' });
    expect((await get(path)).text).toMatch(text);
  });

  it('leaves transfers and probes alone', async () => {
    await begin(slow);
    await publish();
    const link = await fetch(`${server.http}/v1/modules/contoso/net/azurerm/1.0.0/download`);
    const archive = link.headers.get('x-terraform-get')!;
    await statuses(30, async () => await get(versions));
    expect((await get(versions)).status).toBe(429);
    for (const path of [archive, '/healthz', '/readyz', '/metrics']) {
      expect(await statuses(30, async () => await get(path))).toEqual(times(30, 200));
    }
    const refused = /ashlar_refused_total\{reason="rate"\} (\d+)/.exec((await get('/metrics')).text);
    expect(Number(refused?.[1])).toBeGreaterThan(5);
  });

  it('can be off', async () => {
    await begin({ rateLimit: 'off', rateBurst: '1' });
    expect(await statuses(50, async () => await get('/.well-known/terraform.json'))).toEqual(times(50, 200));
  });
});

describe('T-29: wrong sign-ins', () => {
  const wrong = () => `ash_${Math.random().toString(36).slice(2).padEnd(20, 'x')}`;
  const basic = (token: string) => ({ authorization: `Basic ${btoa(`user:${token}`)}` });
  const form = (fields: Record<string, string>) => ({
    method: 'POST',
    body: new URLSearchParams(fields),
  });

  const ways: [string, (token: string) => Promise<Got>][] = [
    ['Bearer at the API', async (token) => await get('/api/v1/status', token)],
    ['Basic at /v2/', async (token) => await get('/v2/', undefined, { headers: basic(token) })],
    ['Basic at /token', async (token) => await get('/token', undefined, { headers: basic(token) })],
    [
      'a form at /token',
      async (password) => await get('/token', undefined, form({ grant_type: 'password', password })),
    ],
    [
      'a password at /oauth2/token',
      async (password) => await get('/oauth2/token', undefined, form({ grant_type: 'password', password })),
    ],
    [
      'a refresh token at /oauth2/token',
      async (token) =>
        await get('/oauth2/token', undefined, form({ grant_type: 'refresh_token', refresh_token: token })),
    ],
    ['Bearer at Terraform', async (token) => await get('/v1/modules/a/b/c/versions', token)],
    ['Bearer at ACR', async (token) => await get('/acr/v1/_catalog', token)],
    [
      'the page of terraform login',
      async (token) => await get(`/oauth/authorize?${authorisation}`, undefined, form({ token })),
    ],
  ];
  const authorisation = new URLSearchParams({
    response_type: 'code',
    client_id: 'terraform-cli',
    code_challenge: 'a'.repeat(43),
    code_challenge_method: 'S256',
    redirect_uri: 'http://localhost:10000/login',
    state: 's',
  }).toString();

  it.each(ways)('with %s are answered with 429 from the sixth on', async (_, send) => {
    await begin({ signInLimit: '5' });
    expect(await statuses(5, async () => await send(wrong()))).toEqual(times(5, 401));
    const sixth = await send(wrong());
    expect(sixth).toMatchObject({ status: 429, code: 'ASH-AUTH-LIMIT' });
    expect(sixth.retryAfter).toBeGreaterThan(0);
    expect(sixth.retryAfter).toBeLessThanOrEqual(12);
    expect(sixth.text).toContain('Valid ones still work');
  });

  it('count together, wherever they are tried, and lock out nobody with a valid token', async () => {
    await begin({ signInLimit: '5' });
    const token = await server.token('read:*');
    for (const [, send] of ways.slice(0, 5)) expect((await send(wrong())).status).toBe(401);
    for (const [, send] of ways) expect((await send(wrong())).status).toBe(429);
    expect((await get('/api/v1/status', token)).status).toBe(200);
    expect((await get('/v2/', undefined, { headers: basic(token) })).status).toBe(200);
    expect((await get('/token', undefined, { headers: basic(token) })).status).toBe(200);
    expect((await get('/.well-known/terraform.json')).status).toBe(200);
    // Right ones do not count.
    expect(await statuses(20, async () => await get('/api/v1/status', token))).toEqual(times(20, 200));
  });

  it('count by the beginning of the token too, wherever they come from', async () => {
    await begin({ signInLimit: '3', trustedProxies: '127.0.0.1' });
    const guess = async (token: string, address: string) =>
      (await get('/api/v1/status', token, { headers: { 'x-forwarded-for': address } })).status;
    for (let i = 0; i < 3; i++) expect(await guess(`ash_AbCdEfGh${i}`, `192.0.2.${i}`)).toBe(401);
    expect(await guess('ash_AbCdEfGh9', '192.0.2.9')).toBe(429);
    expect(await guess('ash_Another99', '192.0.2.9')).toBe(401);
  });

  it('are no access tokens that have expired: their owners find out that way', async () => {
    let now = Date.now();
    await begin({ signInLimit: '1' }, { clock: { now: () => now } });
    const { text } = await get('/token', undefined, { headers: basic(server.admin) });
    const { token } = JSON.parse(text) as { token: string };
    now += 3_600_000;
    expect(await statuses(10, async () => await get('/v2/', token))).toEqual(times(10, 401));
    // One that was altered is a guess.
    expect(await statuses(3, async () => await get('/v2/', `${token}x`))).toEqual([401, 429, 429]);
  });

  it('do not stop who continues an upload: its Location is proof enough', async () => {
    await begin({ signInLimit: '1' });
    const start = await fetch(`${server.http}/v2/plain/x/blobs/uploads/`, {
      method: 'POST',
      headers: basic(server.admin),
    });
    const location = start.headers.get('location')!;
    for (let i = 0; i < 4; i++) {
      const answer = await get(location, wrong());
      expect(answer).toMatchObject({ status: 204, retryAfter: 0 });
    }
    expect((await get('/v2/', wrong())).status).toBe(429);
  });
});

describe('the address of a client', () => {
  const from = async (address: string) =>
    (await get('/.well-known/terraform.json', undefined, { headers: { 'x-forwarded-for': address } })).status;

  it('is what a trusted proxy says', async () => {
    await begin({ rateLimit: '1', rateBurst: '2', trustedProxies: '10.0.0.0/8, 127.0.0.1' });
    expect(await statuses(3, async () => ({ status: await from('192.0.2.1') }))).toEqual([200, 200, 429]);
    expect(await from('192.0.2.2')).toBe(200);
    // What the client itself wrote in front does not count.
    expect(await from('192.0.2.3, 192.0.2.1')).toBe(429);
    expect(await from('192.0.2.1, 10.1.2.3')).toBe(429);
  });

  it('is that of its connection for everybody else', async () => {
    await begin({ rateLimit: '1', rateBurst: '2' });
    const all = [await from('192.0.2.1'), await from('192.0.2.2'), await from('192.0.2.3')];
    expect(all).toEqual([200, 200, 429]);
  });
});

describe('uploads', () => {
  const uploads = '/v2/plain/x/blobs/uploads/';
  const start = async (token: string) =>
    await fetch(server.http + uploads, { method: 'POST', headers: { authorization: `Bearer ${token}` } });
  const cancel = async (location: string) =>
    (await fetch(server.http + location, { method: 'DELETE' })).status;

  it('that are unfinished: as many as the limit, one more is refused', async () => {
    await begin({ maxUploads: '3' });
    const other = await server.token('publish:*');
    await createNamespace(server, 'plain', 'private');
    const begun = [await start(server.admin), await start(server.admin), await start(server.admin)];
    expect(begun.map(({ status }) => status)).toEqual(times(3, 202));
    const refused = await start(server.admin);
    expect([refused.status, refused.headers.get('ashlar-error')]).toEqual([429, 'ASH-UPLOAD-LIMIT']);
    expect(await refused.text()).toContain('You have 3 unfinished uploads');
    expect((await start(other)).status).toBe(202);
    expect(await cancel(begun[0]!.headers.get('location')!)).toBe(204);
    expect((await start(server.admin)).status).toBe(202);
    expect((await start(server.admin)).status).toBe(429);
  });

  it('T-48: that were abandoned make room when their time is over', async () => {
    let now = Date.now();
    await begin({ maxUploads: '1', uploadTtl: '1m' }, { clock: { now: () => now } });
    await start(server.admin);
    expect((await start(server.admin)).status).toBe(429);
    now += 61_000;
    await server.registry.blobs.sweepUploads(now - 60_000);
    expect((await start(server.admin)).status).toBe(202);
  });

  it('of one request that fail leave nothing behind', async () => {
    await begin({ maxUploads: '1' });
    const digest = `sha256:${'0'.repeat(64)}`;
    for (let i = 0; i < 3; i++) {
      const connection = await openConnection(server.http);
      await connection.write(
        `POST ${uploads}?digest=${digest} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${server.admin}\r\nContent-Length: 10\r\n\r\nhalf`,
      );
      connection.close();
      await expect.poll(async () => (await start(server.admin)).status).toBe(i === 0 ? 202 : 429);
    }
  });

  it('T-48: belong to who began them', async () => {
    let now = Date.now();
    await begin({}, { clock: { now: () => now } });
    const [owner, other] = [await server.token('publish:plain'), await server.token('publish:plain')];
    await createNamespace(server, 'plain', 'private');
    const location = (await start(owner)).headers.get('location')!;
    expect(await get(location, other)).toMatchObject({ status: 404, code: 'ASH-UPLOAD-UNKNOWN' });
    expect((await get(location, owner)).status).toBe(204);
    expect((await get(location)).status).toBe(204);
    // An expired Location still names the upload for its owner, and for nobody else.
    now += 3_700_000;
    expect((await get(location)).status).toBe(401);
    expect((await get(location, other)).status).toBe(404);
    expect((await get(location, owner)).status).toBe(204);
    expect((await get(location.replace('plain/x', 'plain/y'), owner)).status).toBe(404);
  });

  it('without end stop at maxBlobSize', async () => {
    await begin({ maxBlobSize: '1MiB' });
    const location = (await start(server.admin)).headers.get('location')!;
    const connection = await openConnection(server.http);
    await connection.write(`PATCH ${location} HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n`);
    const chunk = `10000\r\n${'a'.repeat(65_536)}\r\n`;
    // It goes on until it is told.
    for (let i = 0; i < 40; i++) await connection.write(chunk);
    expect(await connection.answer()).toMatchObject({ status: 413 });
    connection.close();
    expect((await get(location)).status).toBe(404);
    // At the limit it is taken.
    const next = (await start(server.admin)).headers.get('location')!;
    const body = new Uint8Array(1024 * 1024);
    expect((await fetch(server.http + next, { method: 'PATCH', body })).status).toBe(202);
  });
});
