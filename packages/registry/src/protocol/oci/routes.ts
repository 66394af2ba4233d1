import { ashlarError } from '@ashlar/core';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { isAnonymous } from '../../identity/index.ts';
import type { Registry } from '../../registry.ts';
import { needs, type Permission, type RouteRow } from '../../server/route-table.ts';
import { deleteBlob, getBlob } from './blob.ts';
import { listCatalog, listReferrers, listTags } from './listing.ts';
import { deleteManifest, getManifest, putManifest } from './manifest.ts';
import type { OciPath } from './path.ts';
import { continueUpload, startUpload } from './upload.ts';

type Kind = OciPath['kind'];
type PathOf<Name extends Kind> = Extract<OciPath, { readonly kind: Name }>;
type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

interface Route<Name extends Kind> {
  readonly permission: Permission;
  readonly handle: (
    registry: Registry,
    request: FastifyRequest,
    reply: FastifyReply,
    path: PathOf<Name>,
  ) => Promise<void>;
}
type Endpoint<Name extends Kind> = { readonly url: string } & { readonly [Each in Method]?: Route<Name> };

const reads = needs('read', 'repository', 'ASH-REPOSITORY-UNKNOWN');
const publishes = needs('publish', 'repository', 'ASH-REPOSITORY-UNKNOWN');
const continues: Route<'upload'> = {
  permission: { kind: 'ticket', ticket: 'upload', action: 'publish', missing: 'ASH-UPLOAD-UNKNOWN' },
  handle: continueUpload,
};

/** What there is below `/v2/`: every path with its methods. HEAD is answered as GET. */
const endpoints: { readonly [Name in Kind]: Endpoint<Name> } = {
  ping: {
    url: '/v2/',
    GET: { permission: { kind: 'filtered', asks: 'always' }, handle: ping },
  },
  catalog: {
    url: '/v2/_catalog',
    GET: { permission: { kind: 'filtered', asks: 'https' }, handle: listCatalog },
  },
  tags: {
    url: '/v2/:repository/tags/list',
    GET: { permission: reads, handle: listTags },
  },
  referrers: {
    url: '/v2/:repository/referrers/:digest',
    GET: { permission: reads, handle: listReferrers },
  },
  manifest: {
    url: '/v2/:repository/manifests/:reference',
    GET: { permission: needs('read', 'repository', 'ASH-MANIFEST-UNKNOWN'), handle: getManifest },
    PUT: { permission: publishes, handle: putManifest },
    DELETE: { permission: needs('manage', 'repository', 'ASH-MANIFEST-UNKNOWN'), handle: deleteManifest },
  },
  blob: {
    url: '/v2/:repository/blobs/:digest',
    GET: { permission: reads, handle: getBlob },
    DELETE: { permission: needs('manage', 'repository', 'ASH-BLOB-UNKNOWN'), handle: deleteBlob },
  },
  uploads: {
    url: '/v2/:repository/blobs/uploads/',
    POST: { permission: publishes, handle: startUpload },
  },
  upload: {
    url: '/v2/:repository/blobs/uploads/:ticket',
    GET: continues,
    PATCH: continues,
    PUT: continues,
    DELETE: continues,
  },
};

const methods: readonly Method[] = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** The rows of the route table for some of the paths. */
export function ociRows(kinds = Object.keys(endpoints) as Kind[]): RouteRow[] {
  return kinds.flatMap((kind) =>
    methods.flatMap((method) => {
      const { url, [method]: route } = endpoints[kind];
      return route === undefined ? [] : [{ method, url, permission: route.permission }];
    }),
  );
}

/** The endpoint that a request is for. @throws ASH-METHOD */
export function ociRoute<Name extends Kind>(method: string, path: PathOf<Name>): Route<Name> {
  const name = method === 'HEAD' ? 'GET' : (method as Method);
  const route = endpoints[path.kind][name];
  if (!route) throw ashlarError('ASH-METHOD', { method });
  return route;
}

/**
 * `GET /v2/` is how clients find out how to sign in, and how `login` commands check a password: who shows nothing is
 * asked to. Anonymous tokens and the empty Basic credentials of clients without any pass.
 */
async function ping(_registry: Registry, request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (isAnonymous(request.caller) && request.headers.authorization === undefined) {
    throw ashlarError('ASH-AUTH-REQUIRED', {});
  }
  await reply.header('content-type', 'application/json').header('content-length', 2).send(Buffer.from('{}'));
}
