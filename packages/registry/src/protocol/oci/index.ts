import { AshlarError, ashlarError } from '@ashlar/core';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { anonymous } from '../../identity/index.ts';
import type { Registry } from '../../registry.ts';
import { streamBodies } from '../../server/body.ts';
import { sendOciError } from '../../server/distribution/error.ts';
import { knownError } from '../../server/error.ts';
import { limitRate, signIn } from '../../server/limits.ts';
import { loggedUrl } from '../../server/log.ts';
import '../../server/request.ts';
import { mountScope } from './mount.ts';
import { type OciPath, parseOciPath } from './path.ts';
import { ociRoute, ociRows } from './routes.ts';

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
    await ociRoute(request.method, path).handle(registry, request, reply, path);
    return reply;
  };
  const method = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
  const limitsItself = true;
  app.route({ method, url: '/v2', handler, config: { permission: ociRows(['ping']), limitsItself } });
  app.route({ method, url: '/v2/*', handler, config: { permission: ociRows(), limitsItself } });
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
