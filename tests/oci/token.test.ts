import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startTestServer, type TestServer } from '../support/server.ts';
import { type Answer, errorOf, ociClient, type Send } from './client.ts';
import { manifestOf, pushImage, putManifest } from './content.ts';

let server: TestServer;
let time = Date.now();
let anonymous: Send;
let plain: Send;

beforeAll(async () => {
  server = await startTestServer({ clock: { now: () => time } });
  anonymous = ociClient(server, { tls: true }).send;
  plain = ociClient(server).send;
  await server.api('POST', '/namespaces', { name: 'open', visibility: 'public' });
  const { send } = ociClient(server, { token: server.admin });
  await pushImage(send, 'open/image', 'v1');
  await pushImage(send, 'secret/image', 'v1');
});
afterAll(async () => await server.stop());

const get = (name: string) => `/v2/${name}/manifests/v1`;
const bearer = (token: string) => ociClient(server, { bearer: token, tls: true }).send;
const form = async (fields: Record<string, string>, send: Send = anonymous) =>
  await send('POST', '/token', {
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams(fields).toString(),
  });

describe('challenges', () => {
  it('are Bearer over https: realm on this host, service and exactly the scope that is needed', async () => {
    const ask = async (method: string, path: string) =>
      (await anonymous(method, path)).headers['www-authenticate'];
    const base = `Bearer realm="${server.https}/token",service="${server.httpsHost}",scope=`;

    expect(await ask('GET', get('secret/image'))).toBe(`${base}"repository:secret/image:pull"`);
    expect(await ask('HEAD', get('secret/image'))).toBe(`${base}"repository:secret/image:pull"`);
    expect(await ask('PUT', get('open/image'))).toBe(`${base}"repository:open/image:pull,push"`);
    expect(await ask('POST', '/v2/open/image/blobs/uploads/')).toBe(
      `${base}"repository:open/image:pull,push"`,
    );
    expect(await ask('DELETE', get('open/image'))).toBe(`${base}"repository:open/image:delete"`);
    expect(await ask('GET', '/v2/')).toBe(`${base}"registry:catalog:*"`);
  });

  it('are Basic over http', async () => {
    expect((await plain('GET', '/v2/')).headers['www-authenticate']).toBe('Basic realm="ashlar"');
    expect(errorOf(await plain('GET', get('secret/image')))).toEqual({
      status: 401,
      code: 'UNAUTHORIZED',
      error: 'ASH-AUTH-REQUIRED',
    });
  });

  it('are not made for what is public', async () => {
    expect((await plain('GET', get('open/image'))).status).toBe(200);
    expect((await anonymous('GET', get('open/image'))).status).toBe(200);
    expect((await plain('GET', '/v2/open/nothing/manifests/v1')).status).toBe(404);
  });

  it('tell nobody what exists in a private namespace', async () => {
    const shape = ({ status, text }: Answer) => ({ status, text });
    expect(shape(await plain('GET', '/v2/secret/image/tags/list'))).toEqual(
      shape(await plain('GET', '/v2/nowhere/image/tags/list')),
    );

    const { send: stranger } = ociClient(server, { token: await server.token('publish:other') });
    for (const path of [
      'manifests/v1',
      'tags/list',
      `blobs/sha256:${'a'.repeat(64)}`,
      `referrers/sha256:${'a'.repeat(64)}`,
    ]) {
      const [there, not] = [
        await stranger('GET', `/v2/secret/image/${path}`),
        await stranger('GET', `/v2/nowhere/image/${path}`),
      ];
      expect(there.status).toBe(404);
      expect(there.text.replaceAll('secret', 'nowhere')).toBe(not.text);
    }
  });
});

describe.each(['GET', 'POST'])('/token, %s', (method) => {
  const buy = async (
    password: string | undefined,
    scopes: readonly string[],
    more: Record<string, string> = {},
  ): Promise<Answer> => {
    if (method === 'POST') {
      const fields = {
        grant_type: 'password',
        client_id: 'test',
        service: server.httpsHost,
        scope: scopes.join(' '),
        ...more,
      };
      return await form(password === undefined ? fields : { ...fields, username: 'any', password });
    }
    const query = new URLSearchParams({
      service: server.httpsHost,
      client_id: 'test',
      account: 'any',
      ...more,
    });
    for (const scope of scopes) query.append('scope', scope);
    return await ociClient(server, { token: password, tls: true }).send('GET', `/token?${query.toString()}`);
  };

  it('gives a token in both fields, its life and its birth, and no refresh token', async () => {
    const { status, json, headers } = await buy(server.admin, ['repository:secret/image:pull'], {
      offline_token: 'true',
      access_type: 'offline',
    });

    expect(status).toBe(200);
    expect(headers['cache-control']).toMatch(/no-store/);
    expect(json).toEqual({
      token: json.access_token,
      access_token: expect.stringMatching(/^[\w-]+\.[\w-]+\.[\w-]+$/),
      expires_in: 300,
      issued_at: new Date(time).toISOString(),
      scope: 'repository:secret/image:pull',
    });
    expect((await bearer(json.token)('GET', get('secret/image'))).status).toBe(200);
    expect((await bearer(json.token)('GET', '/v2/')).status).toBe(200);
  });

  it('gives what is asked and allowed, even when that is nothing', async () => {
    const reader = await server.token('read:secret');
    const granted = async (...scopes: string[]) => (await buy(reader, scopes)).json.scope as string;

    expect(await granted('repository:secret/image:pull,push,delete')).toBe('repository:secret/image:pull');
    expect(await granted('repository:secret/image:*')).toBe('repository:secret/image:pull');
    expect(await granted('repository:secret/image:push')).toBe('');
    expect(await granted('repository:hidden/image:pull')).toBe('');
    expect(await granted('repository:open/image:pull,push')).toBe('repository:open/image:pull');
    expect(await granted('registry:catalog:*')).toBe('registry:catalog:*');
    expect(await granted()).toBe('');
    expect(
      await granted(
        'nonsense',
        'registry:other:*',
        'repository:A B:pull',
        'repository(plugin):secret/image:pull',
      ),
    ).toBe('repository:secret/image:pull');
    expect(await granted('repository:secret/image:pull', 'repository:open/image:pull')).toBe(
      'repository:secret/image:pull repository:open/image:pull',
    );
  });

  it('gives a token without scopes to who logs in: it names its owner and opens nothing private', async () => {
    const { json } = await buy(server.admin, []);

    expect((await bearer(json.token)('GET', '/v2/')).status).toBe(200);
    expect(errorOf(await bearer(json.token)('GET', get('secret/image')))).toMatchObject({
      status: 401,
      error: 'ASH-AUTH-SCOPE',
    });
  });

  it('gives anonymous callers what is public', async () => {
    const { json } = await buy(undefined, [
      'repository:open/image:pull,push',
      'repository:secret/image:pull',
    ]);

    expect((await bearer(json.token)('GET', '/v2/')).status).toBe(200);
    expect((await bearer(json.token)('GET', get('open/image'))).status).toBe(200);
    expect((await bearer(json.token)('GET', get('secret/image'))).status).toBe(401);
    expect((await putManifest(bearer(json.token), 'open/image', 'v2', manifestOf())).status).toBe(401);
  });

  it('refuses a wrong password with a Basic challenge', async () => {
    for (const password of ['wrong', `${server.admin}x`, 'ash_']) {
      const answer = await buy(password, []);
      expect(errorOf(answer)).toEqual({ status: 401, code: 'UNAUTHORIZED', error: 'ASH-AUTH-INVALID' });
      expect(answer.headers['www-authenticate']).toBe('Basic realm="ashlar"');
    }
  });

  it('does not mind what the client calls the service', async () => {
    const { json } = await buy(server.admin, ['repository:secret/image:pull'], { service: 'elsewhere' });

    expect((await bearer(json.token)('GET', get('secret/image'))).status).toBe(200);
  });

  it('takes no more than 50 scopes', async () => {
    const scopes = Array.from({ length: 51 }, (_, i) => `repository:a/b${i}:pull`);

    expect((await buy(server.admin, scopes)).status).toBe(400);
    expect((await buy(server.admin, scopes.slice(1))).status).toBe(200);
  });
});

describe('POST /token', () => {
  it('takes an API token as refresh token, where a client stored it as such', async () => {
    const { json } = await form({
      grant_type: 'refresh_token',
      refresh_token: server.admin,
      scope: 'repository:secret/image:pull',
    });

    expect((await bearer(json.access_token)('GET', get('secret/image'))).status).toBe(200);
  });

  it('refuses other grants with 400', async () => {
    expect((await form({ grant_type: 'client_credentials' })).status).toBe(400);
  });

  it('does not renew an access token with itself', async () => {
    const { json } = await form({ password: server.admin });

    expect((await form({ password: json.token as string })).status).toBe(401);
    expect((await bearer(json.token)('GET', '/token')).status).toBe(401);
  });
});

describe('access tokens', () => {
  const buy = async (token: string, scope: string) =>
    (await ociClient(server, { token, tls: true }).send('GET', `/token?scope=${scope}`)).json.token as string;

  it('open one repository and no other, for the actions that they name', async () => {
    const token = await buy(server.admin, 'repository:secret/image:pull');
    const send = bearer(token);

    expect((await send('GET', get('secret/image'))).status).toBe(200);
    const refused = await send('GET', get('secret/other'));
    expect(errorOf(refused)).toEqual({ status: 401, code: 'UNAUTHORIZED', error: 'ASH-AUTH-SCOPE' });
    expect(refused.headers['www-authenticate']).toMatch(
      /scope="repository:secret\/other:pull",error="insufficient_scope"$/,
    );
    expect((await putManifest(send, 'secret/image', 'v2', manifestOf())).status).toBe(401);
    expect((await send('DELETE', get('secret/image'))).status).toBe(401);
    expect((await send('GET', get('open/image'))).status).toBe(200);
  });

  it('end after their time', async () => {
    const token = await buy(server.admin, 'repository:secret/image:pull');
    time += 299_000;
    expect((await bearer(token)('GET', get('secret/image'))).status).toBe(200);
    time += 2_000;
    const refused = await bearer(token)('GET', get('secret/image'));

    expect(errorOf(refused)).toMatchObject({ status: 401, error: 'ASH-AUTH-INVALID' });
    expect(refused.headers['www-authenticate']).toContain('error="invalid_token"');
  });

  it('die with the token that bought them', async () => {
    const { body } = await server.api('POST', '/tokens', { name: 'parent', scopes: ['read:secret'] });
    const token = await buy(body.token as string, 'repository:secret/image:pull');
    expect((await bearer(token)('GET', get('secret/image'))).status).toBe(200);
    await server.api('DELETE', `/tokens/${body.id}`);

    expect((await bearer(token)('GET', get('secret/image'))).status).toBe(401);
    expect((await ociClient(server, { token: body.token as string }).send('GET', '/v2/')).status).toBe(401);
  });

  it('are not forged, cut, or taken from elsewhere', async () => {
    const token = await buy(server.admin, 'repository:secret/image:pull');
    const [header, claims, signature] = token.split('.') as [string, string, string];
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    const wider = Buffer.from(
      Buffer.from(claims, 'base64url').toString().replace('secret/image', 'secret/other'),
    ).toString('base64url');
    const location = (
      await ociClient(server, { token: server.admin }).send('POST', '/v2/secret/image/blobs/uploads/')
    ).headers.location!;

    for (const forged of [
      `${header}.${wider}.${signature}`,
      `${none}.${claims}.`,
      `${header}.${claims}`,
      'a.b.c',
      location.split('/').at(-1)!,
    ]) {
      expect((await bearer(forged)('GET', get('secret/image'))).status).toBe(401);
    }
  });
});

describe('credentials', () => {
  it.each([
    ['Basic with any user name', () => `Basic ${Buffer.from(`me:${server.admin}`).toString('base64')}`, 200],
    ['Basic without user name', () => `Basic ${Buffer.from(`:${server.admin}`).toString('base64')}`, 200],
    ['Bearer with an API token', () => `Bearer ${server.admin}`, 200],
    ['in lower case', () => `bearer ${server.admin}`, 200],
    ['Basic with a wrong password', () => `Basic ${Buffer.from('me:wrong').toString('base64')}`, 401],
    ['Basic without colon', () => `Basic ${Buffer.from('me').toString('base64')}`, 401],
    ['another scheme', () => 'Digest x', 401],
    ['no credentials behind the scheme', () => 'Bearer', 401],
  ])('%s', async (_what, authorization, status) => {
    for (const path of ['/v2/', get('secret/image')]) {
      expect((await plain('GET', path, { headers: { authorization: authorization() } })).status).toBe(status);
    }
  });

  it('that are empty are anonymous: clients that have none send them', async () => {
    const headers = { authorization: `Basic ${Buffer.from(':').toString('base64')}` };

    expect((await plain('GET', '/v2/', { headers })).status).toBe(200);
    expect((await plain('GET', get('open/image'), { headers })).status).toBe(200);
    expect((await plain('GET', get('secret/image'), { headers })).status).toBe(401);
  });

  it('that are wrong are refused even for what is public', async () => {
    const { send } = ociClient(server, { token: 'wrong' });

    expect((await send('GET', get('open/image'))).status).toBe(401);
  });

  it('for reading only do not push: 403 DENIED', async () => {
    const { send } = ociClient(server, { token: await server.token('read:secret') });

    expect(errorOf(await putManifest(send, 'secret/image', 'v2', manifestOf()))).toEqual({
      status: 403,
      code: 'DENIED',
      error: 'ASH-FORBIDDEN',
    });
    expect(errorOf(await send('POST', '/v2/secret/image/blobs/uploads/'))).toMatchObject({
      status: 403,
      code: 'DENIED',
    });
  });

  it('of a publisher do not create a namespace; the namespace is named in the answer', async () => {
    const { send } = ociClient(server, { token: await server.token('publish:new') });

    expect(errorOf(await send('POST', '/v2/new/image/blobs/uploads/'))).toMatchObject({
      status: 404,
      code: 'NAME_UNKNOWN',
    });
  });
});
