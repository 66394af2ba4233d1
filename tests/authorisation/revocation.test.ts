import { createHash, randomBytes } from 'node:crypto';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Answer, ociClient, type Send } from '../oci/client.ts';
import { basic } from './caller.ts';
import { makeThing, type Thing } from './thing.ts';
import { startFastServer } from './world.ts';

/** P11: what is revoked is over within five seconds, on every protocol, with everything that came from it. */

/** Milliseconds. */
const promised = 5000;
const verifier = randomBytes(32).toString('base64url');
const redirect = 'http://localhost:10003/login';

let server: Awaited<ReturnType<typeof startFastServer>>;
let send: Send;
let thing: Thing;

beforeAll(async () => {
  server = await startFastServer();
  send = ociClient(server).send;
  await server.api('POST', '/namespaces', { name: 'closed', visibility: 'private' });
  thing = await makeThing(server, { kind: 'terraform', state: 'admitted', namespace: 'closed', name: 'net' });
});
afterAll(async () => await server.discard());

/** A way to use the rights of a token. */
type Use = () => Promise<Answer>;

const bearing = (authorization: string) => ({ headers: { authorization } });
const form = (fields: Record<string, string>) => ({
  headers: { 'content-type': 'application/x-www-form-urlencoded' },
  body: new URLSearchParams(fields).toString(),
});

/** Every read and write that a token opens by itself. */
function uses(token: string): Record<string, Use> {
  const { repository, digest, blob } = thing;
  const get = (path: string) => async () => await send('GET', path, bearing(basic(token)));
  return {
    'OCI manifest': get(`/v2/${repository}/manifests/${digest}`),
    'OCI blob': get(`/v2/${repository}/blobs/${blob}`),
    'OCI upload': async () => await send('POST', `/v2/${repository}/blobs/uploads/`, bearing(basic(token))),
    'token endpoint': get(`/token?scope=repository:${repository}:pull`),
    'ACR token endpoint': async () =>
      await send(
        'POST',
        '/oauth2/token',
        form({
          grant_type: 'password',
          username: 'x',
          password: token,
          scope: `repository:${repository}:pull`,
        }),
      ),
    'token as refresh token': async () =>
      await send('POST', '/token', form({ grant_type: 'refresh_token', refresh_token: token })),
    'ACR tags': get(`/acr/v1/${repository}/_tags`),
    'ACR catalogue': get('/acr/v1/_catalog'),
    'Terraform versions': get('/v1/modules/closed/net/azurerm/versions'),
    'Terraform download': get('/v1/modules/closed/net/azurerm/1.0.0/download'),
    API: get(`/api/v1/version?ref=${repository}@1.0.0`),
    'tokens of its own': get('/api/v1/tokens'),
    home: get('/'),
  };
}

/** What a token gets that works without it. */
async function derived(token: string): Promise<Record<string, Use>> {
  const { repository, blob } = thing;
  const own = bearing(basic(token));
  const { json } = await send('GET', `/token?scope=repository:${repository}:pull,push`, own);
  const acr = await send(
    'POST',
    '/oauth2/token',
    form({ grant_type: 'password', password: token, scope: `repository:${repository}:pull` }),
  );
  const download = await send('GET', '/v1/modules/closed/net/azurerm/1.0.0/download', own);
  const upload = await send('POST', `/v2/${repository}/blobs/uploads/`, own);
  const login = await loginToken(token);
  const child = await server.api('POST', '/tokens', { name: 'child', scopes: ['read:closed'] }, token);
  const grandchild = await server.api(
    'POST',
    '/tokens',
    { name: 'grandchild', scopes: ['read:closed'] },
    child.body.token,
  );
  const manifest = (authorization: string) => async () =>
    await send('GET', `/v2/${repository}/manifests/1.0.0`, bearing(authorization));
  return {
    'access token': manifest(`Bearer ${json.token}`),
    'access token for a blob': async () =>
      await send('GET', `/v2/${repository}/blobs/${blob}`, bearing(`Bearer ${json.token}`)),
    'ACR access token': manifest(`Bearer ${acr.json.access_token}`),
    'archive link': async () => await send('GET', String(download.headers['x-terraform-get'])),
    'upload location': async () => await send('GET', String(upload.headers.location)),
    'chunk of an upload': async () => await send('PATCH', String(upload.headers.location), { body: 'chunk' }),
    'token of terraform login': manifest(basic(login)),
    'token that it made': manifest(basic(child.body.token)),
    'token that this made': manifest(basic(grandchild.body.token)),
  };
}

async function signIn(token: string): Promise<string> {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: 'terraform-cli',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    redirect_uri: redirect,
    state: 's',
  });
  const answer = await send('POST', `/oauth/authorize?${query.toString()}`, form({ token }));
  return new URL(String(answer.headers.location)).searchParams.get('code')!;
}

async function redeem(code: string): Promise<Answer> {
  const fields = { grant_type: 'authorization_code', code, code_verifier: verifier, redirect_uri: redirect };
  return await send('POST', '/oauth/token', form(fields));
}

async function loginToken(token: string): Promise<string> {
  return (await redeem(await signIn(token))).json.access_token;
}

async function statuses(all: Record<string, Use>): Promise<Record<string, number>> {
  const entries: [string, number][] = [];
  for (const [name, use] of Object.entries(all)) entries.push([name, (await use()).status]);
  return Object.fromEntries(entries);
}

const refused = (all: Record<string, Use>) =>
  Object.fromEntries(Object.keys(all).map((name) => [name, expect.toSatisfy(isRefusal)]));
const served = (all: Record<string, Use>) =>
  Object.fromEntries(
    Object.keys(all).map((name) => [name, expect.toSatisfy((status: number) => status < 300)]),
  );

function isRefusal(status: number): boolean {
  return status === 401 || status === 403 || status === 404;
}

describe('P11: a token that is revoked', () => {
  it('is over within five seconds everywhere, and with it all that came from it', async () => {
    const { body } = await server.api('POST', '/tokens', { name: 'short', scopes: ['publish:closed'] });
    const all = { ...uses(body.token), ...(await derived(body.token)) };
    expect(Object.keys(all)).toHaveLength(22);
    expect(await statuses(all)).toEqual(served(all));
    const code = await signIn(body.token);

    await server.api('DELETE', `/tokens/${body.id}`);
    const since = Date.now();
    expect(await statuses(all)).toEqual(refused(all));
    expect(await redeem(code)).toMatchObject({ status: 400 });
    expect(Date.now() - since).toBeLessThan(promised);
  });

  it('is over also in the middle of an upload: nothing of it comes to be', async () => {
    const { body } = await server.api('POST', '/tokens', { name: 'short', scopes: ['publish:closed'] });
    const started = await send('POST', '/v2/closed/plain/blobs/uploads/', bearing(basic(body.token)));
    const chunk = await send('PATCH', String(started.headers.location), { body: 'all of it' });
    await server.api('DELETE', `/tokens/${body.id}`);

    const digest = `sha256:${createHash('sha256').update('all of it').digest('hex')}`;
    expect(await send('PUT', `${chunk.headers.location}?digest=${digest}`)).toMatchObject({ status: 401 });
    const admin = ociClient(server, { token: server.admin }).send;
    expect(await admin('HEAD', `/v2/closed/plain/blobs/${digest}`)).toMatchObject({ status: 404 });
  });
});

describe('P11: a namespace that becomes private', () => {
  it('is closed to everybody else at once, also to links that were given out', async () => {
    await server.api('POST', '/namespaces', { name: 'opened', visibility: 'public' });
    const { repository, blob } = await makeThing(server, {
      kind: 'terraform',
      state: 'admitted',
      namespace: 'opened',
      name: 'net',
    });
    const download = await send('GET', '/v1/modules/opened/net/azurerm/1.0.0/download');
    const { json } = await send('GET', `/token?scope=repository:${repository}:pull`);
    const all: Record<string, Use> = {
      'archive link': async () => await send('GET', String(download.headers['x-terraform-get'])),
      'anonymous access token': async () =>
        await send('GET', `/v2/${repository}/blobs/${blob}`, bearing(`Bearer ${json.token}`)),
      tags: async () => await send('GET', `/v2/${repository}/tags/list`),
      versions: async () => await send('GET', '/v1/modules/opened/net/azurerm/versions'),
    };
    expect(await statuses(all)).toEqual(served(all));
    await server.api('PATCH', '/namespaces/opened', { visibility: 'private' });
    expect(await statuses(all)).toEqual(refused(all));
  });
});

describe('P11: a version that is revoked', () => {
  it('is over on every protocol at once, also behind links and tokens that were given out', async () => {
    const token = await server.token('publish:closed');
    const own = await makeThing(server, {
      kind: 'terraform',
      state: 'admitted',
      namespace: 'closed',
      name: 'bad',
    });
    const { repository, digest, blob } = own;
    const get =
      (path: string, headers = bearing(basic(token))) =>
      async () =>
        await send('GET', path, headers);
    const download = await get('/v1/modules/closed/bad/azurerm/1.0.0/download')();
    const { json } = await get(`/token?scope=repository:${repository}:pull`)();
    const all: Record<string, Use> = {
      tag: get(`/v2/${repository}/manifests/1.0.0`),
      digest: get(`/v2/${repository}/manifests/${digest}`),
      blob: get(`/v2/${repository}/blobs/${blob}`),
      'with an access token': get(`/v2/${repository}/blobs/${blob}`, bearing(`Bearer ${json.token}`)),
      'ACR tag': get(`/acr/v1/${repository}/_tags/1.0.0`),
      'ACR manifest': get(`/acr/v1/${repository}/_manifests/${digest}`),
      download: get('/v1/modules/closed/bad/azurerm/1.0.0/download'),
      'archive link': get(String(download.headers['x-terraform-get'])),
      mount: async () =>
        await send(
          'POST',
          `/v2/closed/elsewhere/blobs/uploads/?mount=${blob}&from=${repository}`,
          bearing(basic(token)),
        ),
    };
    expect(await statuses(all)).toEqual(served(all));
    const admin = ociClient(server, { token: server.admin }).send;
    await admin('DELETE', `/v2/closed/elsewhere/blobs/${blob}`);

    await server.api('POST', `/version/revoke?ref=${repository}@1.0.0`, { reason: 'bad' });
    const { mount, ...others } = await statuses(all);
    // A mount of what may not be had begins an upload instead.
    expect(mount).toBe(202);
    expect(new Set(Object.values(others))).toEqual(new Set([403, 410]));
  });
});
