import type { TestServer } from '../../support/server.ts';
import { adminClaims } from '../caller.ts';
import { type Thing, version } from '../thing.ts';
import { byState, type Case, type Fields, general, ofVersion } from './case.ts';

const only: Fields = { kinds: ['terraform'] };
const url = '/v1/modules/:namespace/:name/:system';
const base = ({ namespace, name }: Thing) => `/v1/modules/${namespace}/${name}/azurerm`;
const noModule = '404 ASH-MODULE-UNKNOWN';
const noVersion = '404 ASH-VERSION-UNKNOWN';
const gone = '410 ASH-VERSION-REVOKED';

/** Of the module, by the versions that can be used. */
const latest = (ok: string) => byState({ ok, missing: noModule, revoked: noModule, 'no-version': ok });

const modules: Case[] = [
  ofVersion(
    `GET ${url}/versions`,
    (thing) => ({ path: `${base(thing)}/versions` }),
    byState({ ok: '200', missing: noModule, 'no-version': '200' }),
    only,
  ),
  ofVersion(`GET ${url}`, (thing) => ({ path: base(thing) }), latest('200'), only),
  ofVersion(
    `GET ${url}/:version`,
    (thing) => ({ path: `${base(thing)}/${version}` }),
    byState({ ok: '200', missing: noModule, revoked: gone, deleted: noVersion, 'no-version': noVersion }),
    only,
  ),
  ofVersion(`GET ${url}/download`, (thing) => ({ path: `${base(thing)}/download` }), latest('302'), only),
  ...['', 'OpenTofu/1.12.0'].map((agent) =>
    ofVersion(
      `GET ${url}/:version/download`,
      (thing) => ({ path: `${base(thing)}/${version}/download`, headers: { 'user-agent': agent } }),
      byState({ ok: agent === '' ? '204' : '200', missing: noVersion, revoked: gone }),
      { ...only, note: agent },
    ),
  ),
  ofVersion(
    'GET /v2/modules/:namespace/:name/:system/downloads/summary',
    ({ namespace, name }) => ({ path: `/v2/modules/${namespace}/${name}/azurerm/downloads/summary` }),
    byState({ ok: '200', missing: noModule, deleted: '200', 'no-version': '200' }),
    only,
  ),
];

const lists: Case[] = [
  ...['', '/'].map((slash) =>
    general('nothing', `GET /v1/modules`, `/v1/modules${slash}`, '200', { note: slash }),
  ),
  // Fastify adds it by itself, for HEAD only under a path of its own.
  general('nothing', 'HEAD /v1/modules/', '/v1/modules/', '200'),
  general('nothing', 'GET /v1/modules', '/v1/modules?limit=1&offset=1', '200', { note: 'a page' }),
  general('nothing', 'GET /v1/modules/search', '/v1/modules/search?q=description', '200'),
  general(
    'namespace',
    'GET /v1/modules/search',
    ({ name, namespace }) => ({ path: `/v1/modules/search?q=${name}&namespace=${namespace}` }),
    '200',
  ),
  general(
    'namespace',
    'GET /v1/modules',
    ({ namespace }) => ({ path: `/v1/modules?namespace=${namespace}` }),
    '200',
  ),
  general(
    'namespace',
    'GET /v1/modules/:namespace',
    ({ namespace }) => ({ path: `/v1/modules/${namespace}` }),
    '200',
  ),
  general(
    'namespace',
    'GET /v1/modules/:namespace/:name',
    ({ namespace, name }) => ({ path: `/v1/modules/${namespace}/${name}` }),
    '200',
  ),
];

/** A link that the administrator got. */
async function link({ registry }: TestServer, thing: Thing): Promise<string> {
  const claims = {
    ...(await adminClaims(registry)),
    repository: thing.repository,
    version,
    digest: thing.blob,
    size: thing.blobSize,
  };
  return `/v1/archives/${await registry.identity.tickets.issue('archive', claims, 60)}/module.zip`;
}

const archives: Case[] = [
  ofVersion(
    'GET /v1/archives/:ticket/:name',
    () => ({ path: '/v1/archives/x.y.z/module.zip' }),
    '403 ASH-LINK-EXPIRED',
    { ...only, note: 'no ticket', isProof: true },
  ),
  ...['', 'bytes=0-3'].map((range) =>
    ofVersion(
      'GET /v1/archives/:ticket/:name',
      async (thing, server) => ({
        path: await link(server, thing),
        ...(range === '' ? {} : { headers: { range } }),
      }),
      byState({ ok: range === '' ? '200' : '206', missing: noVersion, revoked: gone }),
      { ...only, note: `of the administrator ${range}`, isProof: true },
    ),
  ),
];

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const login: Case[] = [
  general('nothing', 'GET /.well-known/terraform.json', '/.well-known/terraform.json', '200'),
  general('nothing', 'GET /oauth/authorize', '/oauth/authorize', '400 ASH-OAUTH-REQUEST'),
  general('nothing', 'POST /oauth/authorize', '/oauth/authorize', '400 ASH-OAUTH-REQUEST'),
  general(
    'nothing',
    'POST /oauth/token',
    () => ({ path: '/oauth/token', headers: form, body: 'grant_type=authorization_code&code=x' }),
    '400',
  ),
];

export const terraformCases: Case[] = [...modules, ...lists, ...archives, ...login];
