import { type Thing, version } from '../thing.ts';
import { byState, type Case, general, ofVersion } from './case.ts';

const base = ({ repository }: Thing) => `/acr/v1/${repository}`;
const json = { 'content-type': 'application/json' };
const noRepository = '404 ASH-REPOSITORY-UNKNOWN';
const noManifest = '404 ASH-MANIFEST-UNKNOWN';

const listed = byState({ ok: '200', missing: noRepository, deleted: '200', 'no-version': '200' });
const found = byState({
  ok: '200',
  missing: noRepository,
  revoked: '403 ASH-VERSION-REVOKED',
  deleted: noManifest,
  'no-version': noManifest,
});
const removed = byState({ ok: '202', missing: noManifest });
const emptied = byState({ ok: '202', missing: noRepository, deleted: '202', 'no-version': '202' });

const paths: readonly [
  url: string,
  path: (thing: Thing) => string,
  read: Case['permitted'],
  remove: Case['permitted'] | string,
][] = [
  ['/acr/v1/:repository', base, listed, emptied],
  ['/acr/v1/:repository/_manifests', (thing) => `${base(thing)}/_manifests`, listed, '405 ASH-METHOD'],
  [
    '/acr/v1/:repository/_manifests/:digest',
    (thing) => `${base(thing)}/_manifests/${thing.digest}`,
    found,
    removed,
  ],
  ['/acr/v1/:repository/_tags', (thing) => `${base(thing)}/_tags`, listed, '405 ASH-METHOD'],
  ['/acr/v1/:repository/_tags/:tag', (thing) => `${base(thing)}/_tags/${version}`, found, removed],
];

export const acrCases: Case[] = [
  general('nothing', 'GET /acr/v1/_catalog', '/acr/v1/_catalog', '200'),
  general('nothing', 'GET /acr/v1/_catalog', '/acr/v1/_catalog?n=1', '200', { note: 'a page' }),
  ...paths.flatMap(([url, path, read, remove]) => [
    ofVersion(`GET ${url}`, (thing) => ({ path: path(thing) }), read),
    ofVersion(`DELETE ${url}`, (thing) => ({ path: path(thing) }), remove),
    ofVersion(
      `PATCH ${url}`,
      (thing) => ({ path: path(thing), body: '{}', headers: json }),
      '405 ASH-OCI-UNSUPPORTED',
    ),
  ]),
];
