import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { startTestServer, type TestServer } from '../support/server.ts';
import { errorOf, ociClient, type Send } from './client.ts';
import {
  descriptor,
  digestOf,
  imageIndex,
  imageManifest,
  indexOf,
  json,
  manifestOf,
  pushBicep,
  pushBlob,
  pushImage,
  putManifest,
} from './content.ts';

let server: TestServer;
let send: Send;
let anonymous: Send;

beforeAll(async () => {
  server = await startTestServer();
  ({ send } = ociClient(server, { token: server.admin }));
  anonymous = ociClient(server).send;
  await server.api('POST', '/namespaces', { name: 'open', visibility: 'public' });
});
afterAll(async () => await server.stop());

/** Follows `Link` to the end. */
async function pages(path: string, key: string, sender: Send = send): Promise<string[][]> {
  const found: string[][] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const answer = await sender('GET', next);
    found.push(answer.json[key] as string[]);
    next = /^<(\/[^>]*)>; rel="next"$/.exec((answer.headers.link as string | undefined) ?? '')?.[1];
  }
  return found;
}

describe('end-8: tags', () => {
  const path = '/v2/contoso/tags/tags/list';
  // In ASCII order, which is neither that of words nor that of versions.
  const tags = ['1.10.0', '1.2.0', '1.9.0', 'A', 'Z', '_', 'a', 'a-b', 'a.b', 'a0', 'b'];

  beforeAll(async () => {
    const bytes = manifestOf();
    await putManifest(
      send,
      'contoso/tags',
      `${digestOf(bytes)}?${tags
        .toReversed()
        .map((tag) => `tag=${tag}`)
        .join('&')}`,
      bytes,
    );
  });

  it('come all and in ASCII order without n', async () => {
    const answer = await send('GET', path);

    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } });
    expect(answer.json).toEqual({ name: 'contoso/tags', tags: tags.toSorted() });
    expect(answer.headers.link).toBeUndefined();
    expect(await send('HEAD', path)).toMatchObject({
      status: 200,
      text: '',
      headers: { 'content-length': answer.headers['content-length'] },
    });
  });

  it.each([1, 2, 3, 5, 10, 11, 12, 1000])(
    'come in full pages of n=%i, with a root-relative Link while there are more',
    async (n) => {
      const found = await pages(`${path}?n=${n}`, 'tags');

      expect(found.flat()).toEqual(tags.toSorted());
      expect(found.map((page) => page.length)).toEqual(
        Array.from({ length: Math.ceil(tags.length / n) }, (_, i) => Math.min(n, tags.length - i * n)),
      );
    },
  );

  it('n=0 is an empty list without Link', async () => {
    const answer = await send('GET', `${path}?n=0`);

    expect(answer.json.tags).toEqual([]);
    expect(answer.headers.link).toBeUndefined();
  });

  it.each([
    ['last=A', ['Z', '_', 'a', 'a-b', 'a.b', 'a0', 'b']],
    ['last=B', ['Z', '_', 'a', 'a-b', 'a.b', 'a0', 'b']],
    ['last=b', []],
    ['n=2&last=a', ['a-b', 'a.b']],
    ['last=a%2Db&n=1', ['a.b']],
  ])('%s goes on behind it, whether it exists or not', async (query, expected) => {
    expect((await send('GET', `${path}?${query}`)).json.tags).toEqual(expected);
  });

  it.each(['n=-1', 'n=x', 'n=', 'n=1.5'])('%s is refused', async (query) => {
    expect((await send('GET', `${path}?${query}`)).status).toBe(400);
  });

  it('are an empty list, never null, in a repository without any', async () => {
    await pushBlob(send, 'contoso/untagged', 'x');

    expect((await send('GET', '/v2/contoso/untagged/tags/list')).json).toEqual({
      name: 'contoso/untagged',
      tags: [],
    });
  });

  it('of an unknown repository: 404 NAME_UNKNOWN', async () => {
    expect(errorOf(await send('GET', '/v2/contoso/nothing/tags/list'))).toMatchObject({
      status: 404,
      code: 'NAME_UNKNOWN',
    });
  });
});

describe('_catalog', () => {
  const readable = ['bicep/open/res/m', 'open/a', 'open/b'];

  beforeAll(async () => {
    for (const name of ['open/b', 'open/a', 'hidden/x']) await pushImage(send, name, 'v1');
    await pushBicep(send, 'bicep/open/res/m', '1.0.0');
  });

  it('shows everybody what is public, over http', async () => {
    expect((await anonymous('GET', '/v2/_catalog')).json).toEqual({ repositories: readable });
  });

  it('shows a caller what it may read besides', async () => {
    const reader = ociClient(server, { token: await server.token('read:hidden') }).send;

    expect((await reader('GET', '/v2/_catalog')).json.repositories).toEqual([
      'bicep/open/res/m',
      'hidden/x',
      'open/a',
      'open/b',
    ]);
  });

  it('comes in pages', async () => {
    expect(await pages('/v2/_catalog?n=2', 'repositories', anonymous)).toEqual([
      readable.slice(0, 2),
      readable.slice(2),
    ]);
    expect(await pages('/v2/_catalog?n=3', 'repositories', anonymous)).toEqual([readable]);
    expect((await anonymous('GET', '/v2/_catalog?n=0')).json).toEqual({ repositories: [] });
    expect((await anonymous('GET', '/v2/_catalog?last=open/a')).json).toEqual({ repositories: ['open/b'] });
  });

  it('asks for a token over https; one for a repository is not enough', async () => {
    const { send: tls } = ociClient(server, { tls: true });
    const challenge = (await tls('GET', '/v2/_catalog')).headers['www-authenticate'];
    expect(challenge).toContain('scope="registry:catalog:*"');
    const ask = async (scope: string) => {
      const token = (await tls('GET', `/token?scope=${scope}`)).json.token as string;
      return await ociClient(server, { tls: true, bearer: token }).send('GET', '/v2/_catalog');
    };

    expect((await ask('registry:catalog:*')).json).toEqual({ repositories: readable });
    expect(errorOf(await ask('repository:open/a:pull'))).toMatchObject({
      status: 401,
      error: 'ASH-AUTH-SCOPE',
    });
  });
});

describe('end-12: an index of referrers with tens of thousands of entries', () => {
  it('is answered soon, with those that are there', async () => {
    const repository = 'contoso/many';
    const subject = digestOf('the subject');
    const there = [1, 2, 3].map((number) => manifestOf({ annotations: { number: String(number) } }));
    await pushBlob(send, repository, '{}');
    for (const bytes of there) await putManifest(send, repository, digestOf(bytes), bytes);
    const gone = Array.from({ length: 20_000 }, (_, i) => descriptor(String(i), imageManifest));
    const manifests = [...there.map((bytes) => descriptor(bytes, imageManifest)), ...gone];
    const index = json({ schemaVersion: 2, mediaType: imageIndex, manifests });
    const put = await putManifest(send, repository, subject.replace(':', '-'), index);
    expect(put.status).toBe(201);

    const before = performance.now();
    const answer = await send('GET', `/v2/${repository}/referrers/${subject}`);

    expect(performance.now() - before).toBeLessThan(3000);
    expect(answer.json.manifests.map((entry: { digest: string }) => entry.digest)).toEqual(
      there.map((bytes) => digestOf(bytes)).toSorted(),
    );
  });
});

describe('end-12: referrers', () => {
  const repository = 'contoso/referrers';
  const path = (digest: string) => `/v2/${repository}/referrers/${digest}`;
  const attach = async (fields: Record<string, unknown>) => {
    const bytes = manifestOf(fields);
    await putManifest(send, repository, digestOf(bytes), bytes);
    return bytes;
  };
  const listed = async (digest: string, query = '') =>
    ((await send('GET', path(digest) + query)).json.manifests as { digest: string }[]).map(
      (entry) => entry.digest,
    );

  it('are an index with type, size, digest, artifactType and annotations of each', async () => {
    const { manifest, digest } = await pushImage(send, repository, 'subject');
    const subject = descriptor(manifest, imageManifest);
    const sbom = await attach({
      subject,
      artifactType: 'application/sbom',
      annotations: { 'org.x': 'ä "y"' },
    });
    const signature = await attach({ subject, config: descriptor('{}', 'application/signature') });
    const index = indexOf([], { subject });
    await putManifest(send, repository, 'an-index', index);
    const typed = indexOf([], { subject, artifactType: 'application/set' });
    await putManifest(send, repository, 'a-typed-index', typed);

    const answer = await send('GET', path(digest));
    const entries = [
      {
        ...descriptor(sbom, imageManifest),
        artifactType: 'application/sbom',
        annotations: { 'org.x': 'ä "y"' },
      },
      { ...descriptor(signature, imageManifest), artifactType: 'application/signature' },
      descriptor(index, imageIndex),
      { ...descriptor(typed, imageIndex), artifactType: 'application/set' },
    ];
    expect(answer).toMatchObject({ status: 200, headers: { 'content-type': imageIndex } });
    expect(answer.json).toEqual({
      schemaVersion: 2,
      mediaType: imageIndex,
      manifests: entries.toSorted((a, b) => (a.digest < b.digest ? -1 : 1)),
    });
    expect(await send('HEAD', path(digest))).toMatchObject({
      status: 200,
      headers: { 'content-length': answer.headers['content-length'] },
    });
  });

  it('are filtered by artifactType, which OCI-Filters-Applied confirms', async () => {
    const subject = descriptor(manifestOf({ annotations: { filtered: 'yes' } }), imageManifest);
    const one = digestOf(await attach({ subject, artifactType: 'application/one+json' }));
    await attach({ subject, artifactType: 'application/two' });

    const answer = await send('GET', `${path(subject.digest)}?artifactType=application/one%2Bjson`);
    expect(answer.headers['oci-filters-applied']).toBe('artifactType');
    expect(answer.json.manifests).toMatchObject([{ digest: one }]);
    expect(await listed(subject.digest, '?artifactType=application/none')).toEqual([]);
    const all = await send('GET', path(subject.digest));
    expect(all.headers['oci-filters-applied']).toBeUndefined();
    expect(all.json.manifests).toHaveLength(2);
  });

  it.each(['sha256', 'sha512'] as const)(
    'of a digest never seen are an empty list (%s)',
    async (algorithm) => {
      expect((await send('GET', path(digestOf('never', algorithm)))).json).toEqual({
        schemaVersion: 2,
        mediaType: imageIndex,
        manifests: [],
      });
    },
  );

  it.each(['sha256:x', 'latest', `md5:${'a'.repeat(32)}`])('of %s: 400 DIGEST_INVALID', async (digest) => {
    expect(errorOf(await send('GET', path(digest)))).toMatchObject({ status: 400, code: 'DIGEST_INVALID' });
  });

  it('are there before their subject is, and stay when it is deleted', async () => {
    const late = manifestOf({ annotations: { late: 'yes' } });
    const referrer = digestOf(
      await attach({ subject: descriptor(late, imageManifest), artifactType: 'application/x' }),
    );
    expect(await listed(digestOf(late))).toEqual([referrer]);

    await putManifest(send, repository, digestOf(late), late);
    expect(await listed(digestOf(late))).toEqual([referrer]);
    await send('DELETE', `/v2/${repository}/manifests/${digestOf(late)}`);
    expect(await listed(digestOf(late))).toEqual([referrer]);
  });

  it('are gone at once when they are deleted', async () => {
    const subject = descriptor(manifestOf({ annotations: { deleted: 'yes' } }), imageManifest);
    const referrer = digestOf(await attach({ subject }));
    expect(await listed(subject.digest)).toEqual([referrer]);

    expect((await send('DELETE', `/v2/${repository}/manifests/${referrer}`)).status).toBe(202);
    expect(await listed(subject.digest)).toEqual([]);
  });

  it('stay in their own repository', async () => {
    const subject = descriptor(manifestOf({ annotations: { elsewhere: 'yes' } }), imageManifest);
    await attach({ subject });

    expect((await send('GET', `/v2/contoso/elsewhere/referrers/${subject.digest}`)).json.manifests).toEqual(
      [],
    );
  });

  it.each(['sha256', 'sha512'] as const)(
    'listed by older clients under the fallback tag are merged in, once each (%s)',
    async (algorithm) => {
      const target = manifestOf({ annotations: { fallback: algorithm } });
      const subject = descriptor(target, imageManifest, algorithm);
      const own = await attach({ subject, artifactType: 'application/own' });
      const old = await attach({ artifactType: 'application/old', annotations: { of: algorithm } });
      const gone = manifestOf({ annotations: { gone: algorithm } });
      const index = json({
        schemaVersion: 2,
        manifests: [own, old, gone, old].map((bytes) => descriptor(bytes, imageManifest)),
      });
      const [name, hex] = subject.digest.split(':') as [string, string];
      await putManifest(send, repository, `${name}-${hex.slice(0, 64)}`, index, {
        'content-type': imageIndex,
      });

      expect(await listed(subject.digest)).toEqual([digestOf(own), digestOf(old)].toSorted());
      expect(await listed(subject.digest, '?artifactType=application/old')).toEqual([digestOf(old)]);
      await send('DELETE', `/v2/${repository}/manifests/${name}-${hex.slice(0, 64)}`);
      expect(await listed(subject.digest)).toEqual([digestOf(own)]);
    },
  );

  it('that do not fit into 4 MiB come in pages', async () => {
    const subject = descriptor(manifestOf({ annotations: { pages: 'yes' } }), imageManifest);
    const referrers = await Promise.all(
      Array.from({ length: 5 }, async (_, i) =>
        digestOf(await attach({ subject, annotations: { i: String(i), pad: 'x'.repeat(1_500_000) } })),
      ),
    );
    const found = (await pages(path(subject.digest), 'manifests')) as unknown as { digest: string }[][];

    expect(found.flat().map(({ digest }) => digest)).toEqual(referrers.toSorted());
    expect(found.map((page) => page.length)).toEqual([2, 2, 1]);
  });
});
