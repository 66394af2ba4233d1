import { createCipheriv } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';

import { ContainerRegistryClient, ContainerRegistryContentClient } from '@azure/container-registry';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { createLogger } from '../../packages/registry/src/server/log.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import {
  type Claims,
  type LocalIssuer,
  people,
  readers,
  startIssuer,
  strangerTenant,
  tenant,
} from './entra.ts';
import { bearer, rawClient, type RawResponse } from './raw-http.ts';
import { sha256 } from './recording.ts';

// Microsoft's own client of the protocol that Bicep speaks by default and for completions; Bicep uses its .NET sibling.

const template = Buffer.from(
  JSON.stringify({
    $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
    metadata: { description: 'Storage account', _generator: { name: 'bicep', version: '0.46.1.1' } },
    resources: [],
  }),
);
const config = Buffer.from('{}');
const moduleManifest = (extra: object = {}) => ({
  schemaVersion: 2,
  mediaType: 'application/vnd.oci.image.manifest.v1+json' as const,
  artifactType: 'application/vnd.ms.bicep.module.artifact',
  config: {
    mediaType: 'application/vnd.ms.bicep.module.config.v1+json',
    digest: sha256(config),
    size: config.length,
  },
  layers: [
    {
      mediaType: 'application/vnd.ms.bicep.module.layer.v1+json',
      digest: sha256(template),
      size: template.length,
    },
  ],
  ...extra,
});
/** Bytes that do not compress, always the same. */
const noise = (size: number) =>
  createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(Buffer.alloc(size));

const lines: string[] = [];
const log = createLogger('trace', { write: (line) => void lines.push(line) });
let issuer: LocalIssuer;
let server: TestServer;

const rules = [
  { tenant, object: people.alice, scopes: ['publish:closed', 'publish:open', 'publish:shelf'] },
  { tenant, group: readers, scopes: ['read:closed'] },
  { tenant, app: people.bob, scopes: ['manage:closed', 'manage:open', 'manage:shelf'] },
];
const entraOf = (own: readonly object[] = rules) => ({
  ASHLAR_ENTRA: JSON.stringify({ tenants: issuer.tenants, rules: own }),
});

beforeAll(async () => {
  issuer = await startIssuer();
  server = await startTestServer({ env: entraOf(), log });
  await server.api('POST', '/namespaces', { name: 'open', visibility: 'public' });
  await server.api('POST', '/namespaces', { name: 'closed', visibility: 'private' });
  await server.api('POST', '/namespaces', { name: 'shelf', visibility: 'private' });
});
afterAll(async () => {
  await server.stop();
  await issuer.close();
});

const credential = (oid: string, claims?: Claims, key?: 'own' | 'foreign') => ({
  getToken: async () => ({
    token: issuer.token(oid, claims, key),
    expiresOnTimestamp: Date.now() + 3_600_000,
  }),
});
const alice = () => credential(people.alice);
/** A member of the group that may read. */
const member = () => credential(people.nobody, { groups: [readers] });
/** An application that speaks for itself. */
const application = () =>
  credential(people.bob, { sub: people.bob, appid: people.bob, scp: undefined, idtyp: 'app' });

type Credential = ReturnType<typeof credential>;
const options = () => ({ tlsOptions: { ca: server.ca }, retryOptions: { maxRetries: 0 } });

function content(repository: string, who?: Credential): ContainerRegistryContentClient {
  // Declared as needed, the credential is what an anonymous client goes without.
  return new ContainerRegistryContentClient(server.https, repository, who as Credential, options());
}

function registry(who?: Credential): ContainerRegistryClient {
  return who
    ? new ContainerRegistryClient(server.https, who, options())
    : new ContainerRegistryClient(server.https, options());
}

async function publish(
  repository: string,
  tag: string,
  who: Credential = alice(),
  extra: object = {},
): Promise<string> {
  const client = content(repository, who);
  await client.uploadBlob(config);
  await client.uploadBlob(template);
  return (await client.setManifest(moduleManifest(extra), { tag })).digest;
}

async function download(client: ContainerRegistryContentClient, digest: string): Promise<Buffer> {
  const { content: stream } = await client.downloadBlob(digest);
  return Buffer.concat(await all(stream as AsyncIterable<Buffer>));
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function pages<T, P>(
  iterator: { byPage(settings?: { maxPageSize?: number }): AsyncIterable<P> },
  maxPageSize: number,
  items: (page: P) => T[],
) {
  return (await all(iterator.byPage({ maxPageSize }))).map(items);
}

/** Status and the sentence that the user reads. */
async function failure(promise: Promise<unknown>): Promise<[number | undefined, string]> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason as { statusCode?: number; message: string },
  );
  if (error === undefined) return [undefined, 'it worked'];
  try {
    return [error.statusCode, JSON.parse(error.message).errors[0].message];
  } catch {
    return [error.statusCode, error.message];
  }
}

describe('publish and pull', () => {
  it('a module, by tag', async () => {
    const digest = await publish('bicep/closed/storage', '1.0.0');

    const client = content('bicep/closed/storage', alice());
    const [byTag, byDigest] = [await client.getManifest('1.0.0'), await client.getManifest(digest)];
    expect(byTag).toMatchObject({
      digest,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      manifest: moduleManifest(),
    });
    expect(byDigest.content).toEqual(byTag.content);
    expect(await download(client, sha256(template))).toEqual(template);
    expect(await download(client, sha256(config))).toEqual(config);
    expect((await server.api('GET', '/version?ref=bicep/closed/storage@1.0.0')).body).toMatchObject({
      description: 'Storage account',
      state: 'admitted',
      digest,
    });
  });

  it.each([
    ['one MiB', () => noise(1024 * 1024), 1024 * 1024],
    ['nine MiB, in chunks', () => noise(9 * 1024 * 1024), 9 * 1024 * 1024],
    ['nine MiB from a stream', () => Readable.from([noise(9 * 1024 * 1024)]), 9 * 1024 * 1024],
    ['nothing at all', () => Buffer.alloc(0), 0],
  ])('a blob: %s', async (_, blob, size) => {
    const client = content('shelf/blobs', alice());

    const uploaded = await client.uploadBlob(blob());

    expect(uploaded).toEqual({ digest: sha256(noise(size)), sizeInBytes: size });
    expect(sha256(await download(content('shelf/blobs', alice()), uploaded.digest))).toBe(uploaded.digest);
  });

  it('a manifest by digest, in a plain repository', async () => {
    const client = content('shelf/plain', alice());
    await client.uploadBlob(config);
    await client.uploadBlob(template);

    const { digest } = await client.setManifest(moduleManifest());

    expect((await client.getManifest(digest)).manifest).toEqual(moduleManifest());
  });

  it('the same again is fine, other bytes are refused with both digests named', async () => {
    const first = await publish('bicep/closed/again', '1.0.0');
    expect(await publish('bicep/closed/again', '1.0.0')).toBe(first);

    const other = moduleManifest({
      annotations: { 'org.opencontainers.image.created': '2026-08-21T10:11:12.1234567Z' },
    });
    expect(await failure(publish('bicep/closed/again', '1.0.0', alice(), other))).toEqual([
      409,
      `bicep/closed/again@1.0.0 exists already with the same content under another manifest: it is ${first}, this is ` +
        `${sha256(Buffer.from(JSON.stringify(other)))}. Nothing needs to be published.`,
    ]);
  });

  it('a module as Microsoft published its first ones: with a config of zero bytes', async () => {
    const client = content('bicep/shelf/res/storage/storage-account', alice());
    for (const blob of [Buffer.alloc(0), template]) await client.uploadBlob(blob);
    const manifest = moduleManifest();
    const empty = { ...manifest.config, digest: sha256(Buffer.alloc(0)), size: 0 };
    await client.setManifest({ ...manifest, config: empty }, { tag: '0.1.0' });

    expect((await client.getManifest('0.1.0')).manifest).toEqual({ ...manifest, config: empty });
    expect(await download(client, empty.digest)).toEqual(Buffer.alloc(0));
  });

  it('an extension with a binary of nine MiB, in a plain repository', async () => {
    const client = content('shelf/extensions/demo', alice());
    const [binary, types] = [noise(9 * 1024 * 1024), Buffer.from('types.tgz')];
    for (const blob of [config, types, binary]) await client.uploadBlob(blob);
    const layer = (name: string, blob: Buffer) => ({
      mediaType: `application/vnd.ms.bicep.provider.layer.v1.${name}`,
      digest: sha256(blob),
      size: blob.length,
    });
    const manifest = {
      ...moduleManifest(),
      artifactType: 'application/vnd.ms.bicep.provider.artifact',
      config: {
        mediaType: 'application/vnd.ms.bicep.provider.config.v1+json',
        digest: sha256(config),
        size: 2,
      },
      layers: [layer('tar+gzip', types), layer('linux-x64.binary', binary)],
    };
    await client.setManifest(manifest, { tag: '0.1.0' });

    const puller = content('shelf/extensions/demo', alice());
    expect((await puller.getManifest('0.1.0')).manifest).toEqual(manifest);
    expect(sha256(await download(puller, sha256(binary)))).toBe(sha256(binary));
  });
});

describe('lists', () => {
  const repository = 'bicep/open/listed';
  const digests: string[] = [];
  const versions = ['1.10.0', '1.2.0', '1.9.0-rc.1', '1.9.0', '2.0.0'];

  beforeAll(async () => {
    for (const version of versions) {
      digests.push(
        await publish(repository, version, alice(), {
          annotations: { 'org.opencontainers.image.title': version },
        }),
      );
    }
    await publish('bicep/open/other', '1.0.0');
    await publish('bicep/closed/hidden', '1.0.0');
  });

  const byVersion = ['1.2.0', '1.9.0-rc.1', '1.9.0', '1.10.0', '2.0.0'];

  it('repositories that the caller may read, in pages', async () => {
    const modules = async (who?: Credential) =>
      (await all(registry(who).listRepositoryNames())).filter((name) => name.startsWith('bicep/'));
    const found = await pages(registry(alice()).listRepositoryNames(), 2, (page) => page);

    expect(found.every(({ length }) => length <= 2)).toBe(true);
    expect(found.flat().filter((name) => name.startsWith('bicep/'))).toEqual(await modules(alice()));
    expect(await modules(alice())).toEqual(
      expect.arrayContaining(['bicep/closed/hidden', 'bicep/open/listed', 'bicep/open/other']),
    );
    expect(await modules(member())).toContain('bicep/closed/hidden');
    expect(await modules()).toEqual(['bicep/open/listed', 'bicep/open/other']);
  });

  it.each([1, 2, 5, 100])('manifests by version, lowest first, %i to a page', async (size) => {
    const iterator = registry().getRepository(repository).listManifestProperties();

    const found = await pages(iterator, size, (page) => page.map(({ tags }) => tags.join()));

    expect(found.flat()).toEqual(byVersion);
    expect(found[0]).toHaveLength(Math.min(size, 5));
  });

  it.each([
    ['LastUpdatedOnAscending', versions],
    ['LastUpdatedOnDescending', versions.toReversed()],
  ] as const)('manifests and tags by time: %s', async (order, expected) => {
    const of = registry().getRepository(repository);
    const manifests = await pages(of.listManifestProperties({ order }), 2, (page) =>
      page.map(({ tags }) => tags.join()),
    );
    const tags = await pages(of.getArtifact('2.0.0').listTagProperties({ order }), 2, (page) =>
      page.map(({ name }) => name),
    );

    expect([manifests.flat(), tags.flat()]).toEqual([expected, expected]);
  });

  it('properties of repository, manifest and tag', async () => {
    const of = registry().getRepository(repository);
    const artifact = of.getArtifact('1.10.0');
    const rights = { canDelete: true, canWrite: true, canList: true, canRead: true };

    expect(await of.getProperties()).toMatchObject({
      name: repository,
      manifestCount: 5,
      tagCount: 5,
      ...rights,
    });
    expect(await artifact.getManifestProperties()).toMatchObject({
      repositoryName: repository,
      digest: digests[0],
      tags: ['1.10.0'],
      createdOn: expect.any(Date),
      ...rights,
    });
    expect(await artifact.getTagProperties('1.9.0')).toMatchObject({
      repositoryName: repository,
      name: '1.9.0',
      digest: digests[3],
    });
    expect((await all(artifact.listTagProperties())).map(({ name }) => name)).toEqual(byVersion);
    expect(await failure(artifact.getTagProperties('9.9.9'))).toEqual([
      404,
      'There is no manifest 9.9.9 in bicep/open/listed.',
    ]);
    expect(await failure(registry().getRepository('bicep/open/none').getProperties())).toEqual([
      404,
      'There is no repository bicep/open/none that you may read.',
    ]);
    expect(
      await failure(registry(alice()).getRepository(repository).updateProperties({ canWrite: false })),
    ).toEqual([405, 'This registry does not support locks on repositories, tags and manifests.']);
  });

  it('all of a module with 65 versions, as an editor reads them', async () => {
    const name = 'bicep/closed/popular';
    const client = content(name, alice());
    for (const blob of [config, template]) await client.uploadBlob(blob);
    const wanted = Array.from({ length: 65 }, (_, minor) => `1.${minor}.0`);
    for (const version of wanted)
      await client.setManifest(moduleManifest({ annotations: { version } }), { tag: version });

    const listed = await all(registry(member()).getRepository(name).listManifestProperties());
    const reader = content(name, member());
    const read = await Promise.all(
      listed.map(async ({ tags }) => {
        const { manifest } = await reader.getManifest(tags[0]!);
        await download(reader, sha256(template));
        return (manifest as ReturnType<typeof moduleManifest> & { annotations: { version: string } })
          .annotations.version;
      }),
    );

    expect(read).toEqual(wanted);
  });

  it('the tags of attachments are no versions', async () => {
    const { digest } = await content('bicep/open/other', alice()).getManifest('1.0.0');
    const subject = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: 1 };
    const { length: size } = (await content('bicep/open/other').getManifest(digest)).content;
    await content('bicep/open/other', alice()).setManifest(
      { ...moduleManifest(), artifactType: 'application/vnd.example.sbom', subject: { ...subject, size } },
      { tag: digest.replace(':', '-') },
    );

    const listed = await all(registry().getRepository('bicep/open/other').listManifestProperties());
    expect(listed.flatMap(({ tags }) => tags)).toEqual(['1.0.0']);
    expect(listed.at(-1)!.digest).toBe(digest);
  });

  it('revoked versions are neither offered nor given', async () => {
    const name = 'bicep/open/revoked';
    for (const tag of ['1.0.0', '1.1.0'])
      await publish(name, tag, alice(), { annotations: { version: tag } });
    await server.api('POST', `/version/revoke?ref=${name}@1.1.0`, { reason: 'It leaks keys.' });
    const sentence = `${name}@1.1.0 was revoked: It leaks keys. Use 1.0.0 instead.`;
    const of = registry().getRepository(name);

    expect((await all(of.listManifestProperties())).flatMap(({ tags }) => tags)).toEqual(['1.0.0']);
    expect((await all(of.getArtifact('1.0.0').listTagProperties())).map((tag) => tag.name)).toEqual([
      '1.0.0',
    ]);
    expect(await of.getProperties()).toMatchObject({ manifestCount: 1, tagCount: 1 });
    expect(await failure(of.getArtifact('1.1.0').getTagProperties('1.1.0'))).toEqual([403, sentence]);
    expect(await failure(content(name).getManifest('1.1.0'))).toEqual([403, sentence]);
  });
});

describe('deletes', () => {
  it('a version with its tag; its number stays taken', async () => {
    await publish('bicep/closed/gone', '1.0.0');
    const artifact = registry(application()).getArtifact('bicep/closed/gone', '1.0.0');

    await artifact.deleteTag('1.0.0');

    expect((await failure(content('bicep/closed/gone', alice()).getManifest('1.0.0')))[0]).toBe(404);
    expect((await failure(publish('bicep/closed/gone', '1.0.0', alice(), { annotations: {} })))[0]).toBe(409);
    expect(await publish('bicep/closed/gone', '1.0.0')).toMatch(/^sha256:/);
  });

  it('a manifest and a blob', async () => {
    const digest = await publish('shelf/deleted', 'latest');
    const client = content('shelf/deleted', application());

    await client.deleteManifest(digest);
    await client.deleteBlob(sha256(template));

    expect((await failure(client.getManifest('latest')))[0]).toBe(404);
    expect((await failure(client.downloadBlob(sha256(template))))[0]).toBe(404);
  });

  it('a blob of a live version is kept', async () => {
    await publish('bicep/closed/kept', '1.0.0');

    expect((await failure(content('bicep/closed/kept', application()).deleteBlob(sha256(template))))[0]).toBe(
      409,
    );
  });

  it('a repository', async () => {
    for (const name of ['bicep/closed/whole', 'shelf/whole']) {
      await publish(name, '1.0.0');
      await registry(application()).deleteRepository(name);

      expect(await all(registry(alice()).listRepositoryNames())).not.toContain(name);
      expect((await failure(content(name, alice()).getManifest('1.0.0')))[0]).toBe(404);
      expect((await failure(content(name, alice()).downloadBlob(sha256(template))))[0]).toBe(404);
    }
    expect((await failure(publish('bicep/closed/whole', '1.0.0', alice(), { annotations: {} })))[0]).toBe(
      409,
    );
  });

  it('only with manage', async () => {
    const digest = await publish('bicep/open/safe', '1.0.0');
    const refused = [
      403,
      'Your token does not grant manage on the namespace open. Ask an administrator for the scope manage:open.',
    ];

    expect(await failure(registry(alice()).deleteRepository('bicep/open/safe'))).toEqual(refused);
    expect(
      await failure(registry(alice()).getArtifact('bicep/open/safe', '1.0.0').deleteTag('1.0.0')),
    ).toEqual(refused);
    expect(await failure(content('bicep/open/safe', alice()).deleteManifest(digest))).toEqual(refused);
    expect((await failure(registry().deleteRepository('bicep/open/safe')))[0]).toBe(401);
    expect((await content('bicep/open/safe').getManifest('1.0.0')).digest).toBe(digest);
  });
});

describe('who may do what', () => {
  beforeAll(async () => {
    await publish('bicep/open/door', '1.0.0');
    await publish('bicep/closed/door', '1.0.0');
  });

  it('anonymous: reads what is public and nothing else', async () => {
    expect((await content('bicep/open/door').getManifest('1.0.0')).manifest).toEqual(moduleManifest());
    expect(await download(content('bicep/open/door'), sha256(template))).toEqual(template);
    const signIn =
      'This needs a token. Sign in with an Ashlar token: ashlar login, or docker login with it as password.';
    expect(await failure(content('bicep/closed/door').getManifest('1.0.0'))).toEqual([401, signIn]);
    expect(await failure(content('bicep/open/door').uploadBlob(config))).toEqual([401, signIn]);
    expect(await failure(registry().getRepository('bicep/closed/door').getProperties())).toEqual([
      401,
      signIn,
    ]);
  });

  it('each identity: what its rule grants', async () => {
    expect((await content('bicep/closed/door', member()).getManifest('1.0.0')).manifest).toEqual(
      moduleManifest(),
    );
    expect(await failure(content('bicep/closed/door', member()).uploadBlob(config))).toEqual([
      403,
      'Your token does not grant publish on the namespace closed. Ask an administrator for the scope publish:closed.',
    ]);
    // What a caller may not see looks like what does not exist.
    expect((await failure(content('bicep/elsewhere/door', alice()).getManifest('1.0.0')))[0]).toBe(404);
    expect((await failure(content('shelf/blobs', member()).getManifest('1.0.0')))[0]).toBe(404);
    expect(await publish('bicep/closed/door', '2.0.0', application())).toMatch(/^sha256:/);
  });

  it.each<[string, Claims, ('own' | 'foreign')?]>([
    ['no rule of this registry grants it anything', { oid: people.nobody }],
    ['its tenant is not one of those that this registry trusts', { tid: strangerTenant }],
    ['its issuer is not one of its tenant', { iss: `https://login.microsoftonline.com/${tenant}/v2.0` }],
    ['it is meant for another audience', { aud: 'https://graph.microsoft.com' }],
    ['it has expired', { exp: 1 }],
    ['its signature is wrong', {}, 'foreign'],
    // An application is only the tool in the token of a user.
    ['no rule of this registry grants it anything', { oid: people.nobody, appid: people.bob }],
  ])('refused: %s', async (reason, claims, key) => {
    expect(
      await failure(content('bicep/closed/door', credential(people.alice, claims, key)).getManifest('1.0.0')),
    ).toEqual([401, `The Entra ID token was not accepted: ${reason}.`]);
  });

  it('no token ever reaches the log', async () => {
    const good = issuer.token(people.alice);
    const { refresh_token: refresh, access_token: access } = await signIn(server, good);
    await server.api('GET', '/modules');
    const own = rawClient(server.https, portOf(server), server.ca);
    await own({
      method: 'GET',
      target: `/acr/v1/_catalog?access_token=${access}`,
      headers: [bearer(access)],
    });
    await exchange(server, issuer.token(people.nobody));

    expect(lines.length).toBeGreaterThan(100);
    const text = lines.join('');
    for (const token of [good, refresh, access, server.admin]) {
      for (const part of token.split('.')) expect(part.length < 40 || !text.includes(part)).toBe(true);
      expect(text).not.toContain(token);
    }
    // Signed Locations neither.
    expect(text).not.toMatch(/eyJ[\w-]{20,}/);
    expect(text).toContain(`entra:${tenant}/${people.alice}`);
  });
});

function portOf(on: TestServer): number {
  return Number(new URL(on.https).port);
}

async function postForm(on: TestServer, target: string, form: Record<string, string>): Promise<RawResponse> {
  return await rawClient(
    on.https,
    portOf(on),
    on.ca,
  )({
    method: 'POST',
    target: `${target}?api-version=2021-07-01`,
    headers: [['Content-Type', 'application/x-www-form-urlencoded']],
    body: Buffer.from(new URLSearchParams({ service: on.httpsHost, ...form }).toString()),
  });
}

async function exchange(on: TestServer, token: string): Promise<RawResponse> {
  return await postForm(on, '/oauth2/exchange', { grant_type: 'access_token', access_token: token });
}

async function redeem(on: TestServer, refresh: string): Promise<RawResponse> {
  const scope = 'repository:bicep/closed/door:pull';
  return await postForm(on, '/oauth2/token', { grant_type: 'refresh_token', refresh_token: refresh, scope });
}

async function signIn(
  on: TestServer,
  token: string,
): Promise<{ refresh_token: string; access_token: string }> {
  const { refresh_token: refresh } = JSON.parse((await exchange(on, token)).body.toString());
  return { refresh_token: refresh, ...JSON.parse((await redeem(on, refresh)).body.toString()) };
}

describe('the end of a sign-in', () => {
  it('comes with its time', async () => {
    let now = Date.now();
    const own = await startTestServer({ env: entraOf(), clock: { now: () => now } });
    try {
      const { refresh_token: refresh } = await signIn(own, issuer.token(people.alice));
      const { exp } = JSON.parse(Buffer.from(refresh.split('.')[1]!, 'base64url').toString());
      expect(exp).toBe(Math.floor(now / 1000) + 3600);

      now += 3_599_000;
      expect((await redeem(own, refresh)).status).toBe(200);
      now += 2_000;
      expect((await redeem(own, refresh)).status).toBe(401);
    } finally {
      await own.stop();
    }
  });

  it('comes when the rules change, also for access tokens', async () => {
    const data = await mkdtemp(join(tmpdir(), 'ashlar-entra-'));
    const rounds: [string, readonly object[], number, number][] = [
      ['the same rules', rules, 200, 404],
      ['other rules', rules.slice(1), 401, 401],
      ['the first rules', rules, 200, 404],
    ];
    const first = await startTestServer({ env: entraOf(), data });
    const { refresh_token: refresh, access_token: access } = await signIn(first, issuer.token(people.alice));
    await first.stop();
    try {
      for (const [which, own, redeemed, read] of rounds) {
        const next = await startTestServer({ env: entraOf(own), data });
        const get = rawClient(next.https, portOf(next), next.ca);
        const answer = await get({
          method: 'GET',
          target: '/v2/bicep/closed/door/manifests/1.0.0',
          headers: [bearer(access)],
        });
        expect([which, (await redeem(next, refresh)).status, answer.status]).toEqual([which, redeemed, read]);
        await next.stop();
      }
    } finally {
      await rm(data, { recursive: true, force: true });
    }
  });

  it('is never begun where Entra ID is not configured', async () => {
    const plain = await startTestServer();
    try {
      const answer = await exchange(plain, issuer.token(people.alice));
      expect([answer.status, JSON.parse(answer.body.toString()).errors[0]]).toEqual([
        404,
        {
          code: expect.any(String),
          message:
            'Sign-in with Entra ID is not configured on this registry. Use docker credentials (ociEnabled), or ask an administrator to set entra.',
        },
      ]);
    } finally {
      await plain.stop();
    }
  });
});
