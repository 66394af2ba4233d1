import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { parseAcrPath } from '../../packages/registry/src/protocol/acr/path.ts';
import { type OciPath, parseOciPath } from '../../packages/registry/src/protocol/oci/path.ts';
import { ociClient, type Send } from '../oci/client.ts';
import { basic } from './caller.ts';
import { secretsOf } from './database.ts';
import { makeThing, type Thing } from './thing.ts';
import { startFastServer } from './world.ts';

/** T-26: one reader of paths. What is checked is what is fetched, however the path is spelt. */

let server: Awaited<ReturnType<typeof startFastServer>>;
let send: Send;
let close: () => void;
let thing: Thing;
let stranger: string;

beforeAll(async () => {
  server = await startFastServer();
  ({ send, close } = ociClient(server).overOneConnection());
  for (const [name, visibility] of [
    ['closed', 'private'],
    ['opened', 'public'],
    ['others', 'private'],
  ]) {
    await server.api('POST', '/namespaces', { name, visibility });
  }
  thing = await makeThing(server, {
    kind: 'bicep',
    state: 'admitted',
    namespace: 'closed',
    name: 'canary/net',
  });
  await makeThing(server, { kind: 'bicep', state: 'admitted', namespace: 'opened', name: 'net' });
  stranger = basic(await server.token('manage:others', 'read:opened'));
});
afterAll(async () => {
  close();
  await server.discard();
});

const open = 'bicep/opened/net';
/** Each a way to hide one name in another, or to write it differently. */
function spellings(name: string): string[] {
  const segments = name.split('/');
  const escape = (text: string) => Array.from(text, (c) => `%${c.charCodeAt(0).toString(16)}`).join('');
  const joins = [
    '%2F',
    '%2f',
    '//',
    '/./',
    '/x/../',
    '/%2e%2e/',
    '%252F',
    '\\',
    '%5C',
    '/;/',
    ';/',
    '%00/',
    '%0a/',
    '/%20',
    '%20/',
    '/%09',
    '/.%2e/',
    '%c0%af',
    '%ef%bc%8f',
    '/?/',
    '/%3F/',
    '%23/',
  ];
  return [
    name,
    name.toUpperCase(),
    name.replace('closed', 'Closed'),
    name.replace('closed', 'closed.'),
    name.replace('closed', 'clo%73ed'),
    name.replace('closed', 'ｃlosed'),
    name.replace('closed', 'clo\u0455ed').normalize(),
    escape(name).replaceAll('%2f', '/'),
    escape(name),
    ...joins.map((join) => segments.join(join)),
    ...['/', './', '../', '../../', '%2e%2e/', '..%2f', '%2e/', '\\..\\', '..;/'].flatMap((prefix) => [
      prefix + name,
      `${open}/${prefix}${name}`,
      `${open}/${prefix}../../${name}`,
    ]),
    ...['/', '/.', '/..', '%2f', '%00', '%20', '.', ';a=b', '?x', '%3fx', '#x', '%23x'].map(
      (suffix) => name + suffix,
    ),
  ].map((text) => encodeURI(text).replaceAll('%25', '%'));
}

const endpoints: readonly ((name: string) => string)[] = [
  (name) => `/v2/${name}/tags/list`,
  (name) => `/v2/${name}/manifests/1.0.0`,
  (name) => `/v2/${name}/manifests/${thing.digest}`,
  (name) => `/v2/${name}/blobs/${thing.blob}`,
  (name) => `/v2/${name}/referrers/${thing.digest}`,
  (name) => `/acr/v1/${name}`,
  (name) => `/acr/v1/${name}/_tags`,
  (name) => `/acr/v1/${name}/_manifests/${thing.digest}`,
  (name) => `/api/v1/module?address=${name}`,
  (name) => `/api/v1/version?ref=${name}@1.0.0`,
];

describe('T-26: another spelling of a path', () => {
  it('opens nothing to who may not see it: 4xx, and nothing private is named', async () => {
    const secrets = secretsOf(server, 'closed').filter((text) => text.startsWith('sha'));
    expect(secrets.length).toBeGreaterThan(2);
    const opened: string[] = [];
    let count = 0;
    for (const spelling of spellings(thing.repository)) {
      for (const endpoint of endpoints) {
        const path = endpoint(spelling);
        for (const authorization of [undefined, stranger]) {
          const { status, text, headers } = await send('GET', path, {
            headers: authorization === undefined ? {} : { authorization },
          });
          count += 1;
          const all = text + JSON.stringify(headers);
          const leak = secrets.some((secret) => all.includes(secret) && !decodeURI(path).includes(secret));
          // A spelling of a public name shows what is public; nothing of what was asked for.
          const isPublic = status < 300 && all.includes('opened') && !all.includes('canary');
          const isReferrers =
            path.includes('/referrers/') && status === 200 && text.includes('"manifests":[]');
          if (status >= 500 || leak || (status < 400 && !isPublic && !isReferrers))
            opened.push(`${status} ${path}`);
        }
      }
    }
    expect(opened).toEqual([]);
    expect(count).toBeGreaterThan(1200);
  });

  it('is found, or is not, but is never another thing: to who may see it', async () => {
    const admin = basic(server.admin);
    let found = 0;
    for (const spelling of spellings(thing.repository)) {
      const { status, headers } = await send('GET', `/v2/${spelling}/manifests/1.0.0`, {
        headers: { authorization: admin },
      });
      expect([spelling, status < 500]).toEqual([spelling, true]);
      if (status !== 200) continue;
      expect(headers['docker-content-digest']).toBe(thing.digest);
      found += 1;
    }
    // As it is, and with escapes for letters and slashes.
    expect(found).toBeGreaterThanOrEqual(5);
  });
});

describe('T-26: what a path names', () => {
  const segment = fc.constantFrom(
    'a',
    'blobs',
    'uploads',
    'tags',
    'list',
    'manifests',
    'referrers',
    '_tags',
    '..',
    '.',
    '',
    '%2F',
    '%2e',
    '%252f',
    'bicep',
    'terraform',
    'x.y',
    `sha256:${'a'.repeat(64)}`,
    '1.0.0',
    '%',
    'é',
    '?',
    ';',
  );
  const path = fc.array(segment, { maxLength: 9 }).map((segments) => segments.join('/'));

  it('is the same when it is written again, on either protocol', () => {
    let read = 0;
    fc.assert(
      fc.property(path, (tail) => {
        const oci = attempt(() => parseOciPath(`/v2/${tail}`));
        if (oci !== undefined) {
          read += 1;
          expect(parseOciPath(written(oci))).toEqual(oci);
        }
        const acr = attempt(() => parseAcrPath(`/acr/v1/${tail}`));
        if (acr === undefined) return;
        const rest = {
          repository: '',
          manifests: '/_manifests',
          manifest: `/_manifests/${acr.reference}`,
          tags: '/_tags',
          tag: `/_tags/${acr.reference}`,
        };
        expect(parseAcrPath(`/acr/v1/${acr.repository.name}${rest[acr.kind]}`)).toEqual(acr);
        // A name is a name: what one protocol takes for a repository, the other does too.
        expect(parseOciPath(`/v2/${acr.repository.name}/tags/list`)).toEqual({
          kind: 'tags',
          repository: acr.repository,
        });
      }),
      { numRuns: 20_000 },
    );
    expect(read).toBeGreaterThan(300);
  });

  it('is in a namespace that the name itself begins with', () => {
    fc.assert(
      fc.property(path, (tail) => {
        const oci = attempt(() => parseOciPath(`/v2/${tail}/tags/list`));
        if (oci === undefined || !('repository' in oci)) return;
        const { name, namespace, kind } = oci.repository;
        const segments = name.split('/');
        expect(segments).not.toContain('..');
        expect(segments).not.toContain('');
        expect(namespace).toBe(kind === 'plain' ? segments[0] : segments[1]);
      }),
      { numRuns: 5000 },
    );
  });
});

function attempt<Value>(read: () => Value): Value | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

function written(path: OciPath): string {
  if (path.kind === 'ping') return '/v2/';
  if (path.kind === 'catalog') return '/v2/_catalog';
  const base = `/v2/${path.repository.name}`;
  switch (path.kind) {
    case 'tags':
      return `${base}/tags/list`;
    case 'manifest':
      return `${base}/manifests/${encodeURIComponent(path.reference)}`;
    case 'blob':
      return `${base}/blobs/${path.digest}`;
    case 'referrers':
      return `${base}/referrers/${path.digest}`;
    case 'uploads':
      return `${base}/blobs/uploads/`;
    case 'upload':
      return `${base}/blobs/uploads/${encodeURIComponent(path.ticket)}`;
  }
}
