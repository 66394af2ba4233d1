import { AshlarError, ashlarError } from '@ashlar/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { anonymous, isAnonymous } from '../../identity/index.ts';
import type { Registry } from '../../registry.ts';
import { streamBodies } from '../../server/body.ts';
import { sendOciError } from '../../server/distribution/error.ts';
import { knownError } from '../../server/error.ts';
import { limitRate, signIn } from '../../server/limits.ts';
import { loggedUrl } from '../../server/log.ts';
import '../../server/request.ts';
import { deleteBlob, getBlob } from './blob.ts';
import { listCatalog, listReferrers, listTags } from './listing.ts';
import { deleteManifest, getManifest, putManifest } from './manifest.ts';
import { mountScope } from './mount.ts';
import { type OciPath, parseOciPath } from './path.ts';
import { continueUpload, startUpload } from './upload.ts';

export { tokenEndpoint } from './token.ts';

/** OCI Distribution 1.1 below `/v2/`. */
export async function ociProtocol(
  app: FastifyInstance,
  { registry }: { readonly registry: Registry },
): Promise<void> {
  streamBodies(app);
  app.decorateRequest('ociScope', '');
  app.decorateRequest('caller');
  app.setErrorHandler((error, request, reply) => sendOciError(request, reply, knownError(error, request)));
  app.addHook('onRequest', (_request, reply, done) => {
    void reply.header('docker-distribution-api-version', 'registry/2.0').header('cache-control', 'no-store');
    done();
  });
  const handler = async (request: FastifyRequest, reply: FastifyReply) => {
    request.caller = anonymous;
    const path = parseOciPath(request.raw.url!.split('?', 1)[0]!);
    if (!path) throw ashlarError('ASH-ROUTE-UNKNOWN', { path: loggedUrl(request.raw.url!).slice(0, 200) });
    request.ociScope = scopeOf(path, request);
    request.caller = await authenticate(registry, request, reply, path);
    limitRate(request, reply, request.caller);
    await handle(registry, request, reply, path);
    return reply;
  };
  const method = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
  const config = { limitsItself: true } as const;
  app.route({ method, url: '/v2', config, handler });
  app.route({ method, url: '/v2/*', config, handler });
}

/** A bad token does not stop who continues an upload: its Location is proof enough. */
async function authenticate(registry: Registry, request: FastifyRequest, reply: FastifyReply, path: OciPath) {
  const { authorization } = request.headers;
  try {
    return await signIn(
      request,
      reply,
      authorization,
      async () => await registry.identity.authenticate(authorization),
    );
  } catch (error) {
    if (path.kind === 'upload' && error instanceof AshlarError) {
      reply.removeHeader('retry-after');
      return anonymous;
    }
    throw error;
  }
}

async function handle(
  registry: Registry,
  request: FastifyRequest,
  reply: FastifyReply,
  path: OciPath,
): Promise<void> {
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  switch (`${method} ${path.kind}`) {
    case 'GET ping':
      return await ping(request, reply);
    case 'GET catalog':
      return await listCatalog(registry, request, reply);
  }
  switch (path.kind) {
    case 'tags':
      if (method === 'GET') return await listTags(registry, request, reply, path.repository);
      break;
    case 'referrers':
      if (method === 'GET') return await listReferrers(registry, request, reply, path);
      break;
    case 'manifest':
      if (method === 'GET') return await getManifest(registry, request, reply, path);
      if (method === 'PUT') return await putManifest(registry, request, reply, path);
      if (method === 'DELETE') return await deleteManifest(registry, request, reply, path);
      break;
    case 'blob':
      if (method === 'GET') return await getBlob(registry, request, reply, path);
      if (method === 'DELETE') return await deleteBlob(registry, request, reply, path);
      break;
    case 'uploads':
      if (method === 'POST') return await startUpload(registry, request, reply, path.repository);
      break;
    case 'upload':
      return await continueUpload(registry, request, reply, path);
    case 'ping':
    case 'catalog':
      break;
  }
  throw ashlarError('ASH-METHOD', { method: request.method });
}

/**
 * `GET /v2/` is how clients find out how to sign in, and how `login` commands check a password: who shows nothing is
 * asked to. Anonymous tokens and the empty Basic credentials of clients without any pass.
 */
async function ping(request: FastifyRequest, reply: FastifyReply): Promise<void> {
  if (isAnonymous(request.caller) && request.headers.authorization === undefined) {
    throw ashlarError('ASH-AUTH-REQUIRED', {});
  }
  await reply.header('content-type', 'application/json').header('content-length', 2).send(Buffer.from('{}'));
}

function scopeOf(path: OciPath, request: FastifyRequest): string {
  const { method } = request;
  if (path.kind === 'ping') return '';
  if (path.kind === 'catalog') return 'registry:catalog:*';
  const name = path.repository.name;
  if (method === 'GET' || method === 'HEAD') return `repository:${name}:pull`;
  if (method === 'DELETE' && path.kind !== 'upload') return `repository:${name}:delete`;
  const mount = path.kind === 'uploads' ? mountScope(request) : undefined;
  return `repository:${name}:pull,push${mount === undefined ? '' : ` ${mount}`}`;
}
