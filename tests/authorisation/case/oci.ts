import type { TestServer } from '../../support/server.ts';
import { adminClaims } from '../caller.ts';
import { type Thing, version } from '../thing.ts';
import { byState, type Case, general, ofVersion } from './case.ts';

const base = ({ repository }: Thing) => `/v2/${repository}`;
const escaped = ({ repository }: Thing) => `/v2/${repository.replaceAll('/', '%2F')}`;
const manifest = '/v2/:repository/manifests/:reference';
const blob = '/v2/:repository/blobs/:digest';
const uploads = '/v2/:repository/blobs/uploads/';
const upload = '/v2/:repository/blobs/uploads/:ticket';

const unknown = '404 ASH-MANIFEST-UNKNOWN';
const revoked = '403 ASH-VERSION-REVOKED';
const read = byState({ ok: '200', missing: unknown, revoked });
const readBlob = byState({ ok: '200', missing: '404 ASH-BLOB-UNKNOWN', revoked });
const listed = byState({
  ok: '200',
  missing: '404 ASH-REPOSITORY-UNKNOWN',
  deleted: '200',
  'no-version': '200',
});
const removed = byState({ ok: '202', missing: unknown });

const reads: Case[] = [
  general('nothing', 'GET /v2/', '/v2/', '200'),
  general('nothing', 'GET /v2/_catalog', '/v2/_catalog', '200'),
  general('nothing', 'GET /v2/_catalog', '/v2/_catalog?n=2&last=c', '200', { note: 'a page' }),
  ofVersion('GET /v2/:repository/tags/list', (thing) => ({ path: `${base(thing)}/tags/list` }), listed),
  ofVersion(
    'GET /v2/:repository/tags/list',
    (thing) => ({ path: `${escaped(thing)}/tags/list?n=1` }),
    listed,
    {
      note: 'escaped, a page',
    },
  ),
  ofVersion(
    'GET /v2/:repository/referrers/:digest',
    (thing) => ({ path: `${base(thing)}/referrers/${thing.digest}` }),
    '200',
  ),
  ofVersion(`GET ${manifest}`, (thing) => ({ path: `${base(thing)}/manifests/${version}` }), read, {
    note: 'tag',
  }),
  ofVersion(`GET ${manifest}`, (thing) => ({ path: `${base(thing)}/manifests/${thing.digest}` }), read, {
    note: 'digest',
  }),
  ofVersion(
    `GET ${manifest}`,
    (thing) => ({
      path: `${base(thing)}/manifests/${version}`,
      headers: { 'if-none-match': `"${thing.digest}"` },
    }),
    byState({ ok: '304', missing: unknown, revoked }),
    { note: 'cached' },
  ),
  ofVersion(`GET ${blob}`, (thing) => ({ path: `${base(thing)}/blobs/${thing.blob}` }), readBlob),
  ofVersion(
    `GET ${blob}`,
    (thing) => ({ path: `${base(thing)}/blobs/${thing.blob}`, headers: { range: 'bytes=0-3' } }),
    (thing) => readBlob(thing).replace('200', '206'),
    { note: 'range' },
  ),
  ofVersion(
    `GET ${blob}`,
    (thing) => ({ path: `${base(thing)}/blobs/${thing.blob}`, headers: { range: 'bytes=99999-' } }),
    (thing) => readBlob(thing).replace('200', '416 ASH-RANGE-INVALID'),
    { note: 'range outside' },
  ),
];

/** Of a module whose parts are not in the repository, or no more; a plain repository takes sparse images. */
const parts = '404 ASH-MANIFEST-PARTS';
const pushed = (thing: Thing) =>
  thing.kind === 'plain' ? '201' : byState({ ok: '201', missing: parts })(thing);

const writes: Case[] = [
  ofVersion(`PUT ${manifest}`, (thing) => put(thing, version), pushed, { note: 'tag' }),
  ofVersion(
    `PUT ${manifest}`,
    (thing) => put(thing, thing.digest),
    ({ kind }) => (kind === 'plain' ? '201' : '422 ASH-ATTACHMENT-ONLY'),
    { note: 'digest' },
  ),
  ofVersion(`PUT ${manifest}`, (thing) => put(thing, `${thing.digest}?tag=${version}`), pushed, {
    note: 'digest with tag',
  }),
  ofVersion(`DELETE ${manifest}`, (thing) => ({ path: `${base(thing)}/manifests/${version}` }), removed, {
    note: 'tag',
  }),
  ofVersion(
    `DELETE ${manifest}`,
    (thing) => ({ path: `${base(thing)}/manifests/${thing.digest}` }),
    removed,
    {
      note: 'digest',
    },
  ),
  ofVersion(
    `DELETE ${blob}`,
    (thing) => ({ path: `${base(thing)}/blobs/${thing.blob}` }),
    (thing) =>
      byState({
        ok: thing.kind === 'plain' ? '202' : '409 ASH-BLOB-IN-USE',
        missing: '404 ASH-BLOB-UNKNOWN',
      })(thing),
  ),
];

function put(thing: Thing, reference: string) {
  return {
    path: `${base(thing)}/manifests/${reference}`,
    headers: { 'content-type': thing.mediaType },
    body: thing.manifest,
  };
}

const starts: Case[] = [
  ofVersion(`POST ${uploads}`, (thing) => ({ path: `${base(thing)}/blobs/uploads/` }), '202'),
  ofVersion(
    `POST ${uploads}`,
    (thing) => ({ path: `${base(thing)}/blobs/uploads/?mount=${thing.blob}&from=${thing.repository}` }),
    (thing) => readBlob(thing).replace('200', '201').replace(/^40.*/, '202'),
    { note: 'mount' },
  ),
  ofVersion(
    `POST ${uploads}`,
    (thing) => ({ path: `${base(thing)}/blobs/uploads/?digest=${thing.digest}`, body: thing.manifest }),
    '201',
    { note: 'in one request' },
  ),
];

/** A Location that the administrator got, of the thing's own repository for an upload under way. */
async function location(
  { registry }: TestServer,
  thing: Thing,
  repository = thing.repository,
): Promise<string> {
  const own = repository === thing.repository;
  const upload = own
    ? await registry.blobs.createUpload('sha256')
    : 'sha256-00000000000000000000000000000000';
  const claims = { ...(await adminClaims(registry)), repository, upload, size: 0 };
  return `${base(thing)}/blobs/uploads/${await registry.identity.tickets.issue('upload', claims, 60)}`;
}

function continues(method: string, done: string): Case[] {
  const query = ({ digest }: Thing) => (method === 'PUT' ? `?digest=${digest}` : '');
  const body = (thing: Thing) => (method === 'PUT' || method === 'PATCH' ? { body: thing.manifest } : {});
  const unknownUpload = '404 ASH-UPLOAD-UNKNOWN';
  return [
    ofVersion(
      `${method} ${upload}`,
      (thing) => ({ path: `${base(thing)}/blobs/uploads/x.y.z`, ...body(thing) }),
      unknownUpload,
      {
        note: 'no ticket',
      },
    ),
    ofVersion(
      `${method} ${upload}`,
      async (thing, server) => ({
        path: (await location(server, thing, 'opened/elsewhere')) + query(thing),
        ...body(thing),
      }),
      unknownUpload,
      { note: 'of another repository' },
    ),
    ofVersion(
      `${method} ${upload}`,
      async (thing, server) => ({ path: (await location(server, thing)) + query(thing), ...body(thing) }),
      done,
      { note: 'of the administrator', isProof: true },
    ),
  ];
}

export const ociCases: Case[] = [
  ...reads,
  ...writes,
  ...starts,
  ...continues('GET', '204'),
  ...continues('PATCH', '202'),
  ...continues('PUT', '201'),
  ...continues('DELETE', '204'),
];
