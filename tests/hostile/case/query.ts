import type { ErrorCode } from '@ashlar/core';

import type { HostileCase, HostileGroup } from '../hostile-case.ts';

function get(target: string, status: number, code?: ErrorCode): HostileCase {
  return {
    threat: 'T-45',
    name: target.slice(0, 90),
    send: () => ({ target }),
    status,
    ...(code === undefined ? {} : { code }),
  };
}

const invalid = 'ASH-REQUEST-INVALID';
const listings = ['/v2/_catalog', '/acr/v1/_catalog'];

/** `n` is a number that is read, or a request that is wrong; a large one is a page like any other. */
const pages: readonly (readonly [string, number])[] = [
  ['n=2147483648', 400],
  ['n=999999999', 200],
  ['n=0', 200],
  ['n=-1', 400],
  ['n=abc', 400],
  ['n=', 400],
  ['n=1.5', 400],
  ['n=1e9', 400],
  ['n=0x10', 400],
  ['n=%00', 400],
  [`n=${'9'.repeat(400)}`, 400],
  ['n=1&n=2147483648', 200],
  ['n=%D9%A1', 400],
];

const lasts = [
  '%00',
  '..%2f..',
  "'%20or%201=1--",
  '%ff',
  '%22',
  'a'.repeat(7_000),
  '%f0%9f%92%a9',
  '*',
  '%25',
];

export const queryGroup: HostileGroup = {
  title: 'queries and pages',
  cases: [
    ...listings.flatMap((path) =>
      pages.map(([n, status]) => get(`${path}?${n}`, status, status === 400 ? invalid : undefined)),
    ),
    ...listings.flatMap((path) => lasts.map((last) => get(`${path}?n=10&last=${last}`, 200))),
    ...[
      'limit=0',
      'limit=-1',
      'limit=1001',
      'limit=1e9',
      'limit=abc',
      'offset=-1',
      'offset=1e300',
      'offset=0.5',
      'language=x',
      'class=x',
    ].map((query) => get(`/api/v1/modules?${query}`, 400, invalid)),
    get('/api/v1/modules?offset=9007199254740991', 200),
    get('/api/v1/modules?search=a&search=b', 400, invalid),
    get('/api/v1/modules?__proto__[x]=1&constructor=2', 200),
    get(`/api/v1/modules?search=${'%25_'.repeat(125)}`, 200),
    get(`/api/v1/modules?search=${'a+'.repeat(250)}`, 200),
    get('/api/v1/modules?search=%22%20OR%20*%20NEAR(', 200),
    get("/api/v1/modules?search=';drop%20table%20version;--", 200),
    get(`/api/v1/modules?search=${'s'.repeat(501)}`, 400, invalid),
    get(`/api/v1/modules?${'a=b&'.repeat(1_900)}`, 200),
    get(`/api/v1/module?address=${'a'.repeat(301)}`, 400, invalid),
    get('/api/v1/module', 400, invalid),
    get('/v1/modules/?limit=2147483648&offset=-1', 200),
    get('/v1/modules/?offset=9007199254740993', 200),
    get('/v1/modules/search', 400, invalid),
    get(`/v1/modules/search?q=${'q'.repeat(501)}`, 400, invalid),
    get('/v1/modules/search?q=a&q=b', 400, invalid),
    get('/v1/modules/search?q=%00', 200),
    get('/oauth/authorize', 400, 'ASH-OAUTH-REQUEST'),
    get('/oauth/authorize?redirect_uri=https://evil.example/&response_type=code', 400, 'ASH-OAUTH-REQUEST'),
    get('/oauth/authorize?redirect_uri=http://localhost:10000@evil.example/login', 400, 'ASH-OAUTH-REQUEST'),
    get(`/token?scope=${'repository:a/b:pull%20'.repeat(51)}`, 400, invalid),
    get(`/token?${'scope=repository:a/b:pull&'.repeat(51)}`, 400, invalid),
    get(`/token?scope=${'repository:(((((((((((('.repeat(40)}`, 200),
    get('/v2/hostile/odd/tags/list?n=10&last=%00', 404, 'ASH-REPOSITORY-UNKNOWN'),
    get(`/v2/hostile/odd/referrers/sha256:${'a'.repeat(64)}?artifactType=${'x'.repeat(7_000)}&last=%00`, 200),
  ],
};
