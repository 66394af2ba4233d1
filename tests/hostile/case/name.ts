import type { ErrorCode } from '@ashlar/core';

import type { HostileCase, HostileGroup } from '../hostile-case.ts';

const hex = 'a'.repeat(64);

function get(target: string, status: number, code: ErrorCode | undefined, name = target): HostileCase {
  return {
    threat: 'T-27',
    name: name.length > 100 ? `${name.slice(0, 100)}…` : name,
    send: () => ({ target }),
    status,
    ...(code === undefined ? {} : { code }),
  };
}

const repositories: readonly (readonly [string, ErrorCode?])[] = [
  ['..'],
  ['a/..'],
  ['a/../b'],
  ['%2e%2e'],
  ['%2e%2e/%2e%2e/etc/passwd'],
  ['..%2f..%2fetc%2fpasswd'],
  ['%252e%252e%252fetc'],
  ['a%00b'],
  ['a%0ab'],
  ['a%0d%0aSet-Cookie:%20x'],
  ['a%5cb'],
  ['a\\b'],
  ['a%2500'],
  ['a//b'],
  ['a%2f%2fb'],
  ['a/'],
  ['%20'],
  ['a b'.replace(' ', '%20')],
  ['A'],
  ['%41'],
  ['-a'],
  ['a-'],
  ['.a'],
  ['a..b'],
  ['a___b'],
  ['a~b'],
  ['a:b'],
  ['a@b'],
  ['a;b'],
  ['a%3fb'],
  ['a%23b'],
  ['%e2%80%ae'],
  ['%d0%b0pp'],
  ['%ef%bc%8e%ef%bc%8e'],
  ['a'.repeat(256)],
  ['a/'.repeat(200) + 'a'],
  ['terraform', 'ASH-ADDRESS-INVALID'],
  ['terraform/a', 'ASH-ADDRESS-INVALID'],
  ['terraform/a/b', 'ASH-ADDRESS-INVALID'],
  ['terraform/a/b/c/d', 'ASH-ADDRESS-INVALID'],
  ['terraform/search/b/c', 'ASH-ADDRESS-INVALID'],
  ['terraform/a/b/c-d', 'ASH-ADDRESS-INVALID'],
  ['bicep', 'ASH-ADDRESS-INVALID'],
  ['bicep/a', 'ASH-ADDRESS-INVALID'],
  ['bicep/a/b__c', 'ASH-ADDRESS-INVALID'],
  [`bicep/${'a'.repeat(65)}/b`, 'ASH-ADDRESS-INVALID'],
  ['search', 'ASH-NAMESPACE-INVALID'],
  ['a'.repeat(65), 'ASH-NAMESPACE-INVALID'],
];

const brokenEscapes = ['%', '%2', '%zz', '%c0%af', '%ff', '%ed%a0%80', '%f8%80%80%80%af', '%u002e'];

const digests = [
  'sha256:',
  `sha256:${'a'.repeat(63)}`,
  `sha256:${'a'.repeat(65)}`,
  `SHA256:${hex}`,
  `sha256:${hex.toUpperCase()}`,
  `sha256:${'g'.repeat(64)}`,
  `sha512:${hex}`,
  `md5:${'a'.repeat(32)}`,
  `sha256:${hex}%00`,
  `sha256:${hex}%0a`,
  `sha256%3a${hex}%2e`,
  `sha256:${'%2e'.repeat(64)}`,
  `sha256+b64:${hex}`,
  `sha256:${'a'.repeat(5_000)}`,
];

const uploads = [
  'x',
  '%2e%2e',
  `sha256-${'a'.repeat(32)}`,
  'a.b.c',
  'eyJhbGciOiJub25lIn0.eyJ1cGxvYWQiOiJ4In0.',
  `${'a'.repeat(3_000)}.${'b'.repeat(3_000)}.c`,
  '%00',
  'null',
  '__proto__',
];

const elsewhere: HostileCase[] = [
  get('/v2/_catalog/..', 404, 'ASH-ROUTE-UNKNOWN'),
  get('/v2/../admin-token', 404, 'ASH-ROUTE-UNKNOWN'),
  get('/v2/%2e%2e/%2e%2e/admin-token', 404, 'ASH-ROUTE-UNKNOWN'),
  get('/v2/hostile/a/blobs/sha256:..%2f..%2f..%2fetc%2fpasswd', 404, 'ASH-ROUTE-UNKNOWN'),
  get('/v2/hostile/a/blobs/uploads/..%2f..%2fadmin-token', 404, 'ASH-ROUTE-UNKNOWN'),
  get('//v2/', 404, 'ASH-ROUTE-UNKNOWN'),
  get('/%2f%2f..%2f..%2fetc%2fpasswd', 404, 'ASH-ROUTE-UNKNOWN'),
  get('/..%5c..%5cadmin-token', 404, 'ASH-ROUTE-UNKNOWN'),
  get('/.git/config', 404, 'ASH-ROUTE-UNKNOWN'),
  get('/metadata.db', 404, 'ASH-ROUTE-UNKNOWN'),
  get('/api/v1/../../admin-token', 404, 'ASH-ROUTE-UNKNOWN'),
  get('/api/v1/module?address=..%2f..', 400, 'ASH-ADDRESS-INVALID'),
  get('/api/v1/module?address=terraform/a/b/%00', 400, 'ASH-ADDRESS-INVALID'),
  get('/api/v1/module?address=terraform/a/b/c', 404, 'ASH-MODULE-UNKNOWN'),
  get('/api/v1/version?ref=terraform/a/b/c', 400, 'ASH-ADDRESS-INVALID'),
  get('/api/v1/version?ref=terraform/a/b/c@', 400, 'ASH-VERSION-INVALID'),
  get('/api/v1/version?ref=terraform/a/b/c@1.0.0@2.0.0', 400, 'ASH-ADDRESS-INVALID'),
  get('/api/v1/version?ref=terraform/a/b/c@01.0.0', 400, 'ASH-VERSION-INVALID'),
  get(`/api/v1/version?ref=terraform/a/b/c@1.0.0-${'0'.repeat(200)}`, 400, 'ASH-VERSION-INVALID'),
  get(`/api/v1/version?ref=terraform/a/b/c@${'9'.repeat(100)}.0.0`, 404, 'ASH-VERSION-UNKNOWN'),
  get('/v1/modules/..%2f../b/c/versions', 404, 'ASH-ADDRESS-INVALID'),
  get('/v1/modules/a/%2e%2e/c/versions', 404, 'ASH-ADDRESS-INVALID'),
  get('/v1/modules/a/b/c%00/versions', 404, 'ASH-ADDRESS-INVALID'),
  get('/v1/modules/%e2%80%aea/b/c/versions', 404, 'ASH-ADDRESS-INVALID'),
  get('/v1/modules/a/b/c/..%2f..%2f/download', 404, 'ASH-VERSION-INVALID'),
  get(`/v1/modules/a/b/c/${'1'.repeat(5_000)}/download`, 404, 'ASH-VERSION-INVALID'),
  get('/v1/archives/x/y.zip', 403, 'ASH-LINK-EXPIRED'),
  get('/v1/archives/..%2f..%2fadmin-token/y', 403, 'ASH-LINK-EXPIRED'),
  get('/v1/archives/eyJhbGciOiJub25lIn0.e30./y.zip', 403, 'ASH-LINK-EXPIRED'),
  get(`/v1/archives/${'a'.repeat(7_000)}/y.zip`, 403, 'ASH-LINK-EXPIRED'),
  get('/acr/v1/..%2f../_tags', 400, 'ASH-REPOSITORY-INVALID'),
  get('/acr/v1/a/_tags/%00', 400, 'ASH-REFERENCE-INVALID'),
  get('/acr/v1/a/_manifests/sha256:x', 400, 'ASH-DIGEST-INVALID'),
  get('/acr/v1/a/_nothing', 400, 'ASH-REPOSITORY-INVALID'),
  get('/acr/v1/_nothing', 404, 'ASH-ROUTE-UNKNOWN'),
];

/** Letters of other scripts that look like ours, and some that fold to ours (T-12). */
const lookalikes = [
  'аpple',
  'gооgle',
  'соntoso',
  'cоntoso',
  'contοso',
  'ｃontoso',
  'contoso\u200b',
  'con\u00adtoso',
  '\u202eosotnoc',
  'contoso\u0301',
  'contosó',
  '\u212aontoso',
  'con\u017foso',
  'contoſo',
  'ⅽontoso',
  'contoso\ufeff',
  'ᴄontoso',
  'c\u2024ontoso',
  'contoso․x',
  '𝖼ontoso',
];

export const pathGroup: HostileGroup = {
  title: 'names, digests, uploads, paths',
  cases: [
    ...repositories.map(([name, code = 'ASH-REPOSITORY-INVALID']) => get(`/v2/${name}/tags/list`, 400, code)),
    ...brokenEscapes.map((text) => get(`/v2/${text}/tags/list`, 400, 'ASH-REQUEST-INVALID')),
    ...brokenEscapes.map((text) => get(`/acr/v1/${text}/_tags`, 400, 'ASH-REQUEST-INVALID')),
    ...brokenEscapes.map((text) => get(`/v1/modules/${text}/b/c/versions`, 400, 'ASH-REQUEST-INVALID')),
    ...digests.map((digest) => get(`/v2/hostile/a/blobs/${digest}`, 400, 'ASH-DIGEST-INVALID')),
    ...digests
      .slice(0, 8)
      .map((digest) => get(`/v2/hostile/a/manifests/${digest}`, 400, 'ASH-DIGEST-INVALID')),
    ...digests
      .slice(0, 8)
      .map((digest) => get(`/v2/hostile/a/referrers/${digest}`, 400, 'ASH-DIGEST-INVALID')),
    ...uploads.map((id) => get(`/v2/hostile/a/blobs/uploads/${id}`, 404, 'ASH-UPLOAD-UNKNOWN')),
    ...elsewhere,
  ],
};

export const scriptGroup: HostileGroup = {
  title: 'names in mixed scripts',
  cases: lookalikes.flatMap((name): HostileCase[] => [
    {
      threat: 'T-12',
      name: `publish ${JSON.stringify(name)}`,
      send: () => ({
        method: 'PUT',
        target: `/api/v1/version?ref=terraform/${encodeURIComponent(name)}/a/azurerm@1.0.0`,
        headers: [['Content-Type', 'application/zip']],
        body: 'x',
      }),
      status: 400,
      code: 'ASH-ADDRESS-INVALID',
    },
    {
      threat: 'T-12',
      name: `namespace ${JSON.stringify(name)}`,
      send: () => ({
        method: 'POST',
        target: '/api/v1/namespaces',
        headers: [['Content-Type', 'application/json']],
        body: JSON.stringify({ name }),
      }),
      status: 400,
      code: 'ASH-NAMESPACE-INVALID',
    },
  ]),
};
