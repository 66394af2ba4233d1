import { setTimeout } from 'node:timers/promises';

import { type Kind, type Thing, version } from '../thing.ts';
import { byState, type Case, type Fields, general, ofVersion, unlessWrong } from './case.ts';

const modules: Fields = { kinds: ['terraform', 'bicep'] satisfies Kind[] };
const ref = ({ repository }: Thing) => `ref=${repository}@${version}`;
const noVersion = '404 ASH-VERSION-UNKNOWN';
const conflict = '409 ASH-STATE-TRANSITION';
const json = { 'content-type': 'application/json' };
const reason = JSON.stringify({ reason: 'because' });
/** For pages and plain paths: an answer that is the same for all. */
const page = (path: string, outcome = '200') => general('nothing', `GET ${path}`, path, outcome);

const versions: Case[] = [
  ofVersion(
    'GET /api/v1/module',
    ({ repository }) => ({ path: `/api/v1/module?address=${repository}` }),
    byState({ ok: '200', missing: '404 ASH-MODULE-UNKNOWN', 'no-version': '200' }),
    modules,
  ),
  ofVersion(
    'GET /api/v1/version',
    (thing) => ({ path: `/api/v1/version?${ref(thing)}` }),
    byState({ ok: '200', missing: noVersion }),
    modules,
  ),
  ...(['interface', 'schema', 'diff'] as const).map((what) =>
    ofVersion(
      `GET /api/v1/version/${what}`,
      (thing) => ({ path: `/api/v1/version/${what}?${ref(thing)}` }),
      byState({ ok: '200', missing: noVersion, revoked: '410 ASH-VERSION-REVOKED' }),
      modules,
    ),
  ),
  ofVersion(
    'GET /api/v1/version/diff',
    (thing) => ({ path: `/api/v1/version/diff?${ref(thing)}&from=2.0.0` }),
    byState({ ok: noVersion, missing: noVersion, revoked: '410 ASH-VERSION-REVOKED' }),
    { ...modules, note: 'from another' },
  ),
  ofVersion(
    'PUT /api/v1/version',
    (thing) => ({
      path: `/api/v1/version?${ref(thing)}`,
      headers: { 'content-type': thing.upload.type },
      body: thing.upload.bytes,
    }),
    byState({ ok: '200', missing: '201' }),
    modules,
  ),
  ofVersion(
    'DELETE /api/v1/version',
    (thing) => ({ path: `/api/v1/version?${ref(thing)}` }),
    byState({ ok: '204', missing: noVersion }),
    modules,
  ),
  ...(
    [
      ['deprecate', { deprecated: '200', revoked: conflict }],
      ['revoke', { deprecated: '200', revoked: '200' }],
      ['reinstate', { admitted: conflict, deprecated: '200', revoked: '200' }],
    ] as const
  ).map(([verb, states]) =>
    ofVersion(
      `POST /api/v1/version/${verb}`,
      (thing) => ({
        path: `/api/v1/version/${verb}?${ref(thing)}`,
        ...(verb === 'reinstate' ? {} : { headers: json, body: reason }),
      }),
      byState({ ok: '200', missing: noVersion, ...states }),
      modules,
    ),
  ),
];

const namespaces: Case[] = [
  page('/api/v1/namespaces'),
  general(
    'nothing',
    'POST /api/v1/namespaces',
    () => ({ path: '/api/v1/namespaces', headers: json, body: '{"name":"opened"}' }),
    '409 ASH-NAMESPACE-EXISTS',
  ),
  general(
    'namespace',
    'POST /api/v1/namespaces',
    ({ namespace }) => ({
      path: '/api/v1/namespaces',
      headers: json,
      body: JSON.stringify({ name: namespace, visibility: 'x' }),
    }),
    unlessWrong('400 ASH-REQUEST-INVALID'),
    { note: 'broken', isProof: true },
  ),
  general(
    'namespace',
    'PATCH /api/v1/namespaces/:name',
    ({ namespace }) => ({ path: `/api/v1/namespaces/${namespace}`, headers: json, body: '{}' }),
    ({ state }) => (state === 'no-namespace' ? '404 ASH-NAMESPACE-UNKNOWN' : '200'),
  ),
  general(
    'namespace',
    'DELETE /api/v1/namespaces/:name',
    ({ namespace }) => ({ path: `/api/v1/namespaces/${namespace}` }),
    ({ state }) => (state === 'no-namespace' ? '404 ASH-NAMESPACE-UNKNOWN' : '409 ASH-NAMESPACE-NOT-EMPTY'),
  ),
];

const lists: Case[] = [
  page('/api/v1/modules'),
  general('nothing', 'GET /api/v1/modules', '/api/v1/modules?limit=1&offset=1', '200', { note: 'a page' }),
  general('nothing', 'GET /api/v1/modules', '/api/v1/modules?search=description', '200', { note: 'search' }),
  general(
    'namespace',
    'GET /api/v1/modules',
    ({ namespace }) => ({ path: `/api/v1/modules?namespace=${namespace}` }),
    '200',
  ),
  general(
    'namespace',
    'GET /api/v1/modules',
    ({ name }) => ({ path: `/api/v1/modules?search=${name}` }),
    '200',
    { note: 'search' },
  ),
];

const id = '01JZZZZZZZZZZZZZZZZZZZZZZZ';
const tokens: Case[] = [
  page('/api/v1/tokens'),
  general(
    'nothing',
    'POST /api/v1/tokens',
    () => ({ path: '/api/v1/tokens', headers: json, body: '{"name":"x","scopes":["all"]}' }),
    '400 ASH-SCOPE-INVALID',
  ),
  general('nothing', 'DELETE /api/v1/tokens/:id', `/api/v1/tokens/${id}`, '404 ASH-TOKEN-UNKNOWN'),
];

/** One after the other: some do not run beside others. */
function task(kind: string, body: object): Case {
  const path = `/api/v1/${kind}`;
  const ask: Case['ask'] = async (_, { registry }) => {
    while (registry.tasks.list().some(({ state }) => state === 'running')) await setTimeout(5);
    return { path, headers: json, body: JSON.stringify(body) };
  };
  return general('nothing', `POST ${path}`, ask, '202');
}

const tasks: Case[] = [
  task('gc', { dryRun: true }),
  task('scrub', {}),
  task('backup', { folder: 'not/absolute' }),
  page('/api/v1/tasks'),
  general('nothing', 'GET /api/v1/tasks/:id', `/api/v1/tasks/${id}`, '404 ASH-TASK-UNKNOWN'),
];

const others: Case[] = [
  page('/'),
  page('/healthz'),
  page('/readyz'),
  page('/metrics'),
  page('/api/v1/openapi.json'),
  page('/api/v1/status'),
];

export const apiCases: Case[] = [...versions, ...namespaces, ...lists, ...tokens, ...tasks, ...others];
