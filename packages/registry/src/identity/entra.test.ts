import http from 'node:http';
import type { AddressInfo } from 'node:net';

import { AshlarError } from '@ashlar/core';
import fc from 'fast-check';
import { base64url, exportJWK, exportSPKI, generateKeyPair, type JWK, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';

import type { EntraConfig } from '../config/entra.ts';
import { httpRequest } from '../gateway/http.ts';
import { createEntraVerifier, type EntraVerifier } from './entra.ts';

const [a, b, stranger] = [
  '6f3c2b1a-0d4e-4c5f-8a9b-1c2d3e4f5a6a',
  '6f3c2b1a-0d4e-4c5f-8a9b-1c2d3e4f5a6b',
  '6f3c2b1a-0d4e-4c5f-8a9b-1c2d3e4f5a6c',
];
const [user, group, app, nobody] = [
  '0a1b2c3d-0000-4000-8000-000000000001',
  '0a1b2c3d-0000-4000-8000-000000000002',
  '0a1b2c3d-0000-4000-8000-000000000003',
  '0a1b2c3d-0000-4000-8000-000000000004',
];
const issuerOf = (tenant: string) => `https://login.microsoftonline.com/${tenant}/v2.0`;
const start = Date.UTC(2026, 5, 1);
const seconds = start / 1000;

type Claims = Readonly<Record<string, unknown>>;

interface Answer {
  readonly status?: number;
  readonly type?: string;
  readonly body?: string;
  readonly silent?: true;
}

type Algorithm = 'RS256' | 'PS256' | 'ES256' | 'RS512';
type Keys = Awaited<ReturnType<typeof generateKeyPair>> & { readonly kid: string; readonly jwk: JWK };

async function makeKeys(kid: string, algorithm: Algorithm = 'RS256'): Promise<Keys> {
  const pair = await generateKeyPair(algorithm, { extractable: true });
  return { ...pair, kid, jwk: { ...(await exportJWK(pair.publicKey)), kid, use: 'sig' } };
}

const answers = new Map<string, Answer>();
const counts = new Map<string, number>();
const server = http.createServer((request, response) => {
  const path = request.url ?? '';
  counts.set(path, (counts.get(path) ?? 0) + 1);
  const { status = 200, type = 'application/json', body = '', silent } = answers.get(path) ?? { status: 404 };
  if (!silent) response.writeHead(status, { 'content-type': type }).end(body);
});
const serve = (path: string, ...keys: JWK[]) => answers.set(path, { body: JSON.stringify({ keys }) });

let base: string;
let rsa: Keys;
let ec: Keys;
let other: Keys;
let now: number;
let verifier: EntraVerifier;

beforeAll(async () => {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  [rsa, ec, other] = await Promise.all([makeKeys('rsa'), makeKeys('ec', 'ES256'), makeKeys('other')]);
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

beforeEach(() => {
  now = start;
  counts.clear();
  serve('/a', rsa.jwk, ec.jwk);
  serve('/b', rsa.jwk);
  verifier = createEntraVerifier(config(), { clock: { now: () => now }, request: hasty });
});

/** The gateway, with a patience that tests can wait for. */
const hasty: typeof httpRequest = (url, options) => httpRequest(url, { ...options, timeout: 100 });

function config(): EntraConfig {
  return {
    tenants: [
      { id: a, issuers: [issuerOf(a), `https://sts.windows.net/${a}/`], jwksUri: `${base}/a` },
      { id: b, issuers: [issuerOf(b)], jwksUri: `${base}/b` },
    ],
    audiences: ['https://management.azure.com/', 'https://containerregistry.azure.net'],
    rules: [
      { tenant: a, kind: 'object', id: user, scopes: ['read:*', 'publish:contoso'] },
      { tenant: a, kind: 'group', id: group, scopes: ['publish:contoso', 'publish:fabrikam'] },
      { tenant: a, kind: 'app', id: app, scopes: ['manage:contoso'] },
      { tenant: b, kind: 'object', id: nobody, scopes: ['manage:*'] },
    ],
  };
}

const goodClaims = {
  iss: issuerOf(a),
  tid: a,
  aud: 'https://management.azure.com/',
  oid: user,
  sub: 'pairwise',
  scp: 'user_impersonation',
  iat: seconds,
  nbf: seconds,
  exp: seconds + 3600,
};
const appClaims = { ...goodClaims, oid: nobody, sub: nobody, appid: app, scp: undefined };

interface Signing {
  readonly keys?: Keys;
  readonly alg?: string;
  readonly kid?: string | undefined;
}

async function sign(claims: Claims, { keys = rsa, alg = 'RS256', kid = keys.kid }: Signing = {}) {
  return await new SignJWT(claims).setProtectedHeader({ alg, kid, typ: 'JWT' }).sign(keys.privateKey);
}

async function refusalOf(token: string): Promise<string> {
  const error: unknown = await verifier.verify(token).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof AshlarError)) throw new Error('the token was accepted', { cause: error });
  expect(error.code).toBe('ASH-EXCHANGE-REFUSED');
  expect(error.cause).toBeUndefined();
  const told = `${error.stack} ${JSON.stringify(error.params)}`;
  for (const part of token.split('.').filter((text) => text.length > 8)) expect(told).not.toContain(part);
  return error.message.replace('The Entra ID token was not accepted: ', '').replace(/\.$/, '');
}

describe('accepts', () => {
  test('a user, with what the rule for the object grants', async () => {
    expect(await verifier.verify(await sign(goodClaims))).toEqual({
      subject: `${a}/${user}`,
      tenant: a,
      objectId: user,
      groups: [],
      scopes: ['read:*', 'publish:contoso'],
    });
  });

  test('all rules that match, each scope once', async () => {
    const claims = { ...goodClaims, groups: [nobody, group.toUpperCase()], appid: app };
    expect(await verifier.verify(await sign(claims))).toEqual({
      subject: `${a}/${user}`,
      tenant: a,
      objectId: user,
      appId: app,
      groups: [nobody, group],
      scopes: ['read:*', 'publish:contoso', 'publish:fabrikam'],
    });
  });

  test.each<[string, Claims]>([
    ['of version 1', appClaims],
    ['of version 2', { ...appClaims, appid: undefined, azp: app }],
    ['that says so', { ...appClaims, sub: 'pairwise', idtyp: 'app' }],
  ])('an application token %s', async (_name, claims) => {
    expect(await verifier.verify(await sign(claims))).toMatchObject({
      appId: app,
      scopes: ['manage:contoso'],
    });
  });

  test.each<[string, Claims, Signing]>([
    ['PS256', goodClaims, { alg: 'PS256' }],
    ['the issuer of version 1', { ...goodClaims, iss: `https://sts.windows.net/${a}/` }, {}],
    ['another of the audiences', { ...goodClaims, aud: 'https://containerregistry.azure.net' }, {}],
    ['made in 60 seconds', { ...goodClaims, iat: seconds + 60 }, {}],
    ['an end 59 seconds ago', { ...goodClaims, exp: seconds - 59 }, {}],
    ['a beginning in 60 seconds', { ...goodClaims, nbf: seconds + 60 }, {}],
    ['ids in upper case', { ...goodClaims, tid: a.toUpperCase(), oid: user.toUpperCase() }, {}],
  ])('%s', async (_name, claims, signing) => {
    const pair = signing.alg === 'PS256' ? { ...signing, keys: await makeKeys('ps', 'PS256') } : signing;
    if (pair.keys) serve('/a', pair.keys.jwk);
    expect(await verifier.verify(await sign(claims, pair))).toMatchObject({ objectId: user });
  });

  test('ES256', async () => {
    expect(await verifier.verify(await sign(goodClaims, { keys: ec, alg: 'ES256' }))).toMatchObject({
      objectId: user,
    });
  });
});

describe('T-22: refuses claims', () => {
  const identity = 'it does not name its tenant, issuer and key';
  const audience = 'it is meant for another audience';
  const issuer = 'its issuer is not one of its tenant';
  const noRule = 'no rule of this registry grants it anything';
  const manyGroups =
    'it leaves out its groups because they are too many; an administrator can add a rule for the object';
  test.each<[string, Claims, string]>([
    [
      'of another tenant',
      { tid: stranger, iss: issuerOf(stranger) },
      'its tenant is not one of those that this registry trusts',
    ],
    ['of tenant B with the issuer of tenant A', { tid: b }, issuer],
    ['of tenant A with the issuer of tenant B', { iss: issuerOf(b) }, issuer],
    ['with an issuer that only starts alike', { iss: `${issuerOf(a)}/` }, issuer],
    ['with an issuer in other case', { iss: issuerOf(a).toUpperCase() }, issuer],
    ['without issuer', { iss: undefined }, identity],
    ['without tenant', { tid: undefined }, identity],
    ['with a tenant that is no id', { tid: 'common' }, identity],
    ['with several tenants', { tid: [a, b] }, identity],
    ['for another audience', { aud: 'https://graph.microsoft.com' }, audience],
    ['for an audience that only starts alike', { aud: 'https://management.azure.com/x' }, audience],
    ['without audience', { aud: undefined }, audience],
    [
      'for several audiences',
      { aud: [goodClaims.aud, 'https://graph.microsoft.com'] },
      'its claims are not those of Entra ID',
    ],
    ['that were made later', { iat: seconds + 61 }, 'it is not valid yet'],
    ['that have expired', { exp: seconds - 60 }, 'it has expired'],
    ['without end', { exp: undefined }, 'it has no usable time of expiry'],
    ['with an end that is text', { exp: `${seconds + 60}` }, 'it has no usable time of expiry'],
    ['that begin later', { nbf: seconds + 61 }, 'it is not valid yet'],
    ['without object', { oid: undefined }, 'it does not name its object'],
    ['with an object that is no id', { oid: '*' }, 'its claims are not those of Entra ID'],
    ['with groups that are no list', { groups: group }, 'its claims are not those of Entra ID'],
    ['that no rule matches', { oid: nobody }, noRule],
    ['that only a rule of another tenant matches', { oid: nobody, groups: [user] }, noRule],
    ['of a user in the application of a rule', { oid: nobody, appid: app }, noRule],
    ['of a user, by idtyp, in the application of a rule', { ...appClaims, idtyp: 'user' }, noRule],
    ['of an identity token in the application of a rule', { ...appClaims, sub: 'pairwise' }, noRule],
    ['with too many groups, version 1', { oid: nobody, hasgroups: true }, manyGroups],
    ['with too many groups, version 2', { oid: nobody, _claim_names: { groups: 'src1' } }, manyGroups],
  ])('%s', async (_name, claims, reason) => {
    expect(await refusalOf(await sign({ ...goodClaims, ...claims }))).toBe(reason);
  });
});

describe('T-21: refuses signatures', () => {
  const algorithm = 'it is not signed with one of RS256, PS256, ES256';

  test('none', async () => {
    const token = new UnsecuredJWT(goodClaims).encode();
    expect(await refusalOf(token)).toBe(algorithm);
    const header = base64url.encode(JSON.stringify({ alg: 'None', kid: 'rsa' }));
    expect(await refusalOf(`${header}.${token.split('.')[1]}.`)).toBe(algorithm);
  });

  test('HS256 with the public key as secret', async () => {
    const secret = new TextEncoder().encode(await exportSPKI(rsa.publicKey));
    const token = await new SignJWT(goodClaims).setProtectedHeader({ alg: 'HS256', kid: 'rsa' }).sign(secret);
    expect(await refusalOf(token)).toBe(algorithm);
  });

  test('an algorithm that Entra ID does not use', async () => {
    const keys = await makeKeys('rsa', 'RS512');
    expect(await refusalOf(await sign(goodClaims, { keys, alg: 'RS512' }))).toBe(algorithm);
  });

  test('an algorithm that does not fit the key', async () => {
    expect(await refusalOf(await sign(goodClaims, { keys: ec, alg: 'ES256', kid: 'rsa' }))).toBe(
      'its signature cannot be checked',
    );
  });

  test('of another key under the id of a known one', async () => {
    expect(await refusalOf(await sign(goodClaims, { keys: other, kid: 'rsa' }))).toBe(
      'its signature is wrong',
    );
  });

  test('over other claims', async () => {
    const [header, , signature] = (await sign(goodClaims)).split('.');
    const claims = base64url.encode(JSON.stringify({ ...goodClaims, oid: nobody }));
    expect(await refusalOf(`${header}.${claims}.${signature}`)).toBe('its signature is wrong');
  });

  test('of the key of another tenant', async () => {
    serve('/b', other.jwk);
    expect(await refusalOf(await sign(goodClaims, { keys: other }))).toBe('its key is not one of its tenant');
  });

  test('with keys that come along in the token', async () => {
    const header = { alg: 'RS256', kid: 'other', jwk: other.jwk, jku: `${base}/evil` };
    const token = await new SignJWT(goodClaims).setProtectedHeader(header).sign(other.privateKey);
    expect(await refusalOf(token)).toBe('its key is not one of its tenant');
    expect(counts.get('/evil')).toBeUndefined();
  });

  test.each<[string, Partial<JWK>]>([
    ['for encryption', { use: 'enc' }],
    ['that is symmetric', { kty: 'oct', k: 'c2VjcmV0' }],
  ])('of a key %s', async (_name, change) => {
    serve('/a', { ...rsa.jwk, ...change }, other.jwk);
    expect(await refusalOf(await sign(goodClaims))).toBe('its key is not one of its tenant');
  });
});

describe('T-21: refuses what is no token', () => {
  const notJwt = 'it is not a signed JSON web token';
  test.each([
    ['', notJwt],
    ['opaque-token-of-some-length', notJwt],
    ['a.b.c', notJwt],
    ['eyJhbGciOiJSUzI1NiJ9.W10.c2ln', notJwt],
    ['eyJhbGciOiJSUzI1NiJ9.e30.c2ln', 'it does not name its tenant, issuer and key'],
    ['eyJhbGciOjF9.e30.c2ln', 'it is not signed with one of RS256, PS256, ES256'],
    ['eyJhbGciOiJSU0EtT0FFUCIsImVuYyI6IkEyNTZHQ00ifQ.a.b.c.d', notJwt],
  ])('%j', async (token, reason) => {
    expect(await refusalOf(token)).toBe(reason);
  });

  test('one without key id', async () => {
    const token = await new SignJWT(goodClaims).setProtectedHeader({ alg: 'RS256' }).sign(rsa.privateKey);
    expect(await refusalOf(token)).toBe('it does not name its tenant, issuer and key');
  });

  test('one that is longer than any of Entra ID', async () => {
    const padding = (length: number) => sign({ ...goodClaims, padding: 'x'.repeat(length) });
    const fixed = (await padding(0)).length;
    const fitting = await padding(Math.floor(((32 * 1024 - fixed) * 3) / 4));
    expect(fitting.length).toBeGreaterThan(32 * 1024 - 4);
    expect(await verifier.verify(fitting)).toMatchObject({ objectId: user });
    expect(await refusalOf(await padding(25_000))).toBe('it is longer than 32768 characters');
  });

  test('no request is made for any of them', async () => {
    await refusalOf('a.b.c');
    await refusalOf(await sign({ ...goodClaims, tid: stranger }));
    await refusalOf(await sign({ ...goodClaims, tid: b }));
    expect(counts.size).toBe(0);
  });
});

test('T-21: of 2,000 altered tokens none is accepted', async () => {
  const good = await sign(goodClaims);
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.= '.split('');
  const change = fc.tuple(fc.nat(good.length - 1), fc.constantFrom(...alphabet), fc.nat(2));
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 4 }), async (changes) => {
      const altered = changes.reduce(
        (text, [at, by, left]) => text.slice(0, at) + by + text.slice(at + left),
        good,
      );
      fc.pre(altered !== good);
      await expect(verifier.verify(altered)).rejects.toMatchObject({ code: 'ASH-EXCHANGE-REFUSED' });
    }),
    { numRuns: 2000 },
  );
  expect(await verifier.verify(good)).toMatchObject({ objectId: user });
});

describe('T-22: keys that cannot be had', () => {
  const refused = 'the keys of its tenant cannot be had, ';
  test.each<[string, Answer, string]>([
    ['429', { status: 429, body: '{"keys":[]}' }, 'the answer had status 429'],
    ['500', { status: 500 }, 'the answer had status 500'],
    ['a redirect', { status: 302 }, 'the answer had status 302'],
    ['a page', { type: 'text/html', body: '<html>keys</html>' }, 'the answer was no key set'],
    ['other JSON', { body: '{"keys":{}}' }, 'the answer was no key set'],
    ['no keys', { body: '{"keys":[]}' }, 'the answer held no keys'],
    ['useless keys', { body: '{"keys":[{"kty":"RSA"},null,1]}' }, 'the answer held no keys'],
    ['silence', { silent: true }, 'no answer came'],
  ])('%s', async (_name, answer, reason) => {
    answers.set('/a', answer);
    expect(await refusalOf(await sign(goodClaims))).toBe(refused + reason);
  });

  test('a broken key', async () => {
    serve('/a', { kty: 'RSA', kid: 'rsa', n: 'AQ', e: '!' });
    expect(await refusalOf(await sign(goodClaims))).toBe('its signature cannot be checked');
  });

  test('a server that is down', async () => {
    const [tenant] = config().tenants;
    const down = { ...config(), tenants: [{ ...tenant!, jwksUri: 'http://127.0.0.1:1/keys' }] };
    verifier = createEntraVerifier(down, { clock: { now: () => now }, request: httpRequest });
    expect(await refusalOf(await sign(goodClaims))).toBe(`${refused}no answer came`);
  });

  test('a failure is asked about again after five seconds, and not before', async () => {
    answers.set('/a', { status: 503 });
    const token = await sign(goodClaims);
    await refusalOf(token);
    serve('/a', rsa.jwk);
    now += 4999;
    await refusalOf(token);
    expect(counts.get('/a')).toBe(1);
    now += 1;
    expect(await verifier.verify(token)).toMatchObject({ objectId: user });
  });

  test('old keys do not bridge a failure', async () => {
    const token = await sign(goodClaims);
    await verifier.verify(token);
    answers.set('/a', { status: 500 });
    now += 599_999;
    await verifier.verify(token);
    now += 1;
    expect(await refusalOf(token)).toBe(`${refused}the answer had status 500`);
  });
});

describe('rotation', () => {
  test('keys are asked for once in ten minutes', async () => {
    const token = await sign(goodClaims);
    await Promise.all(Array.from({ length: 5 }, () => verifier.verify(token)));
    expect(counts.get('/a')).toBe(1);
  });

  test('a new key is found at once, by all who come with it', async () => {
    await verifier.verify(await sign(goodClaims));
    serve('/a', rsa.jwk, other.jwk);
    const token = await sign(goodClaims, { keys: other });
    await Promise.all(Array.from({ length: 5 }, () => verifier.verify(token)));
    expect(counts.get('/a')).toBe(2);
  });

  test('a removed key is refused after ten minutes', async () => {
    const token = await sign(goodClaims);
    await verifier.verify(token);
    serve('/a', other.jwk);
    now += 600_000;
    expect(await refusalOf(token)).toBe('its key is not one of its tenant');
  });

  test('invented key ids cause one request in 30 seconds', async () => {
    await verifier.verify(await sign(goodClaims));
    const invented = await sign(goodClaims, { keys: other, kid: 'invented' });
    for (let count = 0; count < 3; count++) await refusalOf(invented);
    now += 29_999;
    await refusalOf(invented);
    expect(counts.get('/a')).toBe(2);
    now += 1;
    await refusalOf(invented);
    expect(counts.get('/a')).toBe(3);
  });
});
