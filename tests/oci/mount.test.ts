import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startTestServer, type TestServer } from '../support/server.ts';
import { errorOf, ociClient, type Send } from './client.ts';
import { bicepModule, bytesOf, digestOf, pushBicep, pushBlob } from './content.ts';

let server: TestServer;
let admin: Send;
/** Publishes to `team`, reads nothing else. */
let team: Send;
let teamToken: string;

const layer = bytesOf(500, 'layer');
const digest = digestOf(layer);
const isPresent = async (send: Send, repository: string, of = digest) =>
  (await send('HEAD', `/v2/${repository}/blobs/${of}`)).status === 200;
const mount = async (send: Send, repository: string, query: string, of = digest) =>
  await send('POST', `/v2/${repository}/blobs/uploads/?mount=${of}${query}`);

beforeAll(async () => {
  server = await startTestServer();
  admin = ociClient(server, { token: server.admin }).send;
  await server.api('POST', '/namespaces', { name: 'team', visibility: 'private' });
  await server.api('POST', '/namespaces', { name: 'open', visibility: 'public' });
  teamToken = await server.token('publish:team');
  team = ociClient(server, { token: teamToken }).send;
  await pushBlob(admin, 'secret/source', layer);
});
afterAll(async () => await server.stop());

describe('end-11: mounts', () => {
  it('take a blob from a repository that the caller may read: 201 with the Location of the blob', async () => {
    expect(await mount(admin, 'mine/one', '&from=secret/source')).toMatchObject({
      status: 201,
      headers: {
        location: `/v2/mine/one/blobs/${digest}`,
        'docker-content-digest': digest,
        'content-length': '0',
      },
    });
    expect((await admin('GET', `/v2/mine/one/blobs/${digest}`)).body.equals(layer)).toBe(true);
  });

  it.each(['&from=secret%2Fsource', '&from=secret%2fsource'])('read %s', async (from) => {
    expect((await mount(admin, 'mine/escaped', from, digest.replace(':', '%3a'))).status).toBe(201);
  });

  it('find the source themselves when there is no from', async () => {
    expect((await mount(admin, 'mine/two', '')).status).toBe(201);
    expect(await isPresent(admin, 'mine/two')).toBe(true);
  });

  it.each(['sha256', 'sha512'] as const)(
    'of what is nowhere go on as an upload: 202 (%s)',
    async (algorithm) => {
      const bytes = bytesOf(100, `nowhere ${algorithm}`);
      const missing = digestOf(bytes, algorithm);
      for (const from of ['', '&from=secret/source', '&from=no/such', '&from=Not+A+Name', '&from=']) {
        const answer = await mount(admin, 'mine/three', from, missing);
        expect(answer).toMatchObject({ status: 202, headers: { range: '0-0' } });
        expect(
          (await admin('PUT', `${answer.headers.location}?digest=${missing}`, { body: bytes })).status,
        ).toBe(201);
        await admin('DELETE', `/v2/mine/three/blobs/${missing}`);
      }
    },
  );

  it('of a broken digest are refused', async () => {
    expect(errorOf(await mount(admin, 'mine/four', '', 'sha256:x'))).toMatchObject({
      status: 400,
      code: 'DIGEST_INVALID',
    });
  });
});

describe('T-13: permission on both sides', () => {
  it('a source that the caller may not read is as good as none: 202, whether it holds the blob or not', async () => {
    const hidden = await mount(team, 'team/app', '&from=secret/source');
    const missing = await mount(team, 'team/app', '&from=secret/nothing');
    const elsewhere = await mount(team, 'team/app', '');

    const shape = ({ status, headers }: typeof hidden) => ({
      status,
      range: headers.range,
      names: Object.keys(headers).toSorted(),
    });
    expect([hidden, missing, elsewhere].map(shape)).toEqual(Array.from({ length: 3 }, () => shape(missing)));
    expect(missing.status).toBe(202);
    expect(await isPresent(team, 'team/app')).toBe(false);
  });

  it('a source in a public namespace may be read by everybody', async () => {
    const bytes = bytesOf(10, 'public');
    await pushBlob(admin, 'open/source', bytes);

    expect((await mount(team, 'team/app', '&from=open/source', digestOf(bytes))).status).toBe(201);
    expect((await mount(team, 'team/other', '', digestOf(bytes))).status).toBe(201);
  });

  it('a source that the caller may read is found among any number of others that it may not', async () => {
    const bytes = bytesOf(10, 'everywhere');
    // More than a mount looks at, and all of them come before the one.
    for (let i = 0; i < 101; i += 1) await pushBlob(admin, `hidden/source-${i}`, bytes);
    expect((await mount(team, 'team/found', '', digestOf(bytes))).status).toBe(202);
    await pushBlob(admin, 'open/found', bytes);

    expect((await mount(team, 'team/found', '', digestOf(bytes))).status).toBe(201);
  });

  it('a blob that is elsewhere must be sent whole: nothing spares the upload', async () => {
    const bytes = bytesOf(700, 'known to few');
    const known = await pushBlob(admin, 'secret/source', bytes);
    const start = async () =>
      (await mount(team, 'team/whole', '&from=secret/source', known)).headers.location;

    const empty = await team('PUT', `${await start()}?digest=${known}`);
    expect(errorOf(empty)).toMatchObject({ status: 400, code: 'DIGEST_INVALID' });
    expect(await isPresent(team, 'team/whole', known)).toBe(false);
    expect((await team('PUT', `${await start()}?digest=${known}`, { body: bytes })).status).toBe(201);
  });

  it('a target that the caller may not write is refused, whatever the source', async () => {
    expect(errorOf(await mount(team, 'secret/target', '&from=open/source'))).toMatchObject({
      status: 404,
      code: 'NAME_UNKNOWN',
    });
    expect(errorOf(await mount(team, 'open/target', '&from=team/app'))).toMatchObject({
      status: 403,
      code: 'DENIED',
    });
    expect(errorOf(await mount(ociClient(server).send, 'team/app', '&from=open/source'))).toMatchObject({
      status: 401,
    });
  });

  it('a blob of a revoked version is not mounted; after it is reinstated it is', async () => {
    const module = bicepModule('to be revoked');
    await pushBicep(admin, 'bicep/contoso/res/source', '1.0.0', module);
    const reference = 'bicep/contoso/res/source@1.0.0';
    await server.api('POST', `/version/revoke?ref=${reference}`, { reason: 'broken' });

    expect((await mount(admin, 'mine/stolen', '&from=bicep/contoso/res/source', module.layer)).status).toBe(
      202,
    );
    expect((await mount(admin, 'mine/stolen', '', module.layer)).status).toBe(202);
    await server.api('POST', `/version/reinstate?ref=${reference}`);
    expect((await mount(admin, 'mine/stolen', '&from=bicep/contoso/res/source', module.layer)).status).toBe(
      201,
    );
  });

  it('a manifest grants no access to a blob: only an upload or a mount does', async () => {
    const module = bicepModule('whose blobs are elsewhere');
    await pushBlob(admin, 'secret/blobs', module.template);
    await pushBlob(team, 'bicep/team/res/app', '{}');

    const put = await team('PUT', '/v2/bicep/team/res/app/manifests/1.0.0', { body: module.manifest });
    expect(errorOf(put)).toMatchObject({ status: 404, code: 'MANIFEST_BLOB_UNKNOWN' });
    expect(await isPresent(team, 'bicep/team/res/app', module.layer)).toBe(false);
  });
});

describe('T-13: mounts with an access token', () => {
  const buy = async (...scopes: string[]) => {
    const query = scopes.map((scope) => `scope=${encodeURIComponent(scope)}`).join('&');
    const { json } = await ociClient(server, { token: server.admin }).send('GET', `/token?${query}`);
    return ociClient(server, { bearer: json.token as string, tls: true }).send;
  };
  const scopeOf = (challenge: string | undefined) => /scope="([^"]*)"/.exec(challenge ?? '')?.[1];

  it('are asked for both repositories, by the first challenge already', async () => {
    const anonymous = ociClient(server, { tls: true }).send;

    expect(
      scopeOf((await mount(anonymous, 'mine/a', '&from=secret/source')).headers['www-authenticate']),
    ).toBe('repository:mine/a:pull,push repository:secret/source:pull');
    expect(scopeOf((await mount(anonymous, 'mine/a', '')).headers['www-authenticate'])).toBe(
      'repository:mine/a:pull,push registry:mount:*',
    );
    expect(scopeOf((await mount(anonymous, 'mine/a', '&from=%22x')).headers['www-authenticate'])).toBe(
      'repository:mine/a:pull,push',
    );
  });

  it.each(['&from=secret/source', ''])(
    'need a token that says so (%s): 401 insufficient_scope, then 201',
    async (from) => {
      const narrow = await buy('repository:mine/b:pull,push');
      const refused = await mount(narrow, 'mine/b', from);
      expect(errorOf(refused)).toMatchObject({ status: 401, error: 'ASH-AUTH-SCOPE' });
      expect(refused.headers['www-authenticate']).toContain('error="insufficient_scope"');
      expect(await isPresent(admin, 'mine/b')).toBe(false);

      const wide = await buy(scopeOf(refused.headers['www-authenticate'])!);
      expect((await mount(wide, 'mine/b', from)).status).toBe(201);
      await admin('DELETE', `/v2/mine/b/blobs/${digest}`);
    },
  );

  it('get no more than the owner of the token has', async () => {
    const { json } = await team(
      'GET',
      '/token?scope=repository:team/app:pull,push&scope=repository:secret/source:pull&scope=registry:mount:*',
    );
    const bearer = ociClient(server, { bearer: json.token as string, tls: true }).send;

    expect((await mount(bearer, 'team/app', '&from=secret/source')).status).toBe(202);
    expect((await mount(bearer, 'team/app', '')).status).toBe(202);
  });
});
