import { AshlarError, ashlarError } from '@ashlar/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';

import { type Caller, isAnonymous } from '../../identity/index.ts';
import type { Registry } from '../../registry.ts';
import { grantAccess, issueAccessToken } from '../../server/distribution/access-token.ts';
import { sendOciError } from '../../server/distribution/error.ts';
import { queryOf } from '../../server/distribution/query.ts';
import { knownError } from '../../server/error.ts';
import { formBodies, formOf } from '../../server/form.ts';
import { limitRate, signIn } from '../../server/limits.ts';
import '../../server/route-table.ts';

const credentials = { config: { permission: { kind: 'credentials' }, limitsItself: true } } as const;

/**
 * `/token` in the two forms of the token specification: `GET` with Basic credentials, and `POST` with a form.
 * No refresh token is ever given out: `docker login` would store it as `identitytoken`, which Bicep sends as if it
 * were an access token.
 */
export async function tokenEndpoint(
  app: FastifyInstance,
  { registry }: { readonly registry: Registry },
): Promise<void> {
  formBodies(app);
  app.decorateRequest('ociScope', '');
  // A token is bought with a password, not with a token.
  app.setErrorHandler((error, request, reply) =>
    sendOciError(request, reply, knownError(error, request), 'Basic realm="ashlar"'),
  );
  app.addHook('onRequest', async (_request, reply) => void reply.header('cache-control', 'no-store'));
  app.get('/token', credentials, async (request, reply) => {
    const { authorization } = request.headers;
    const caller = await signIn(
      request,
      reply,
      authorization,
      async () => await registry.identity.authenticate(authorization),
    );
    limitRate(request, reply, caller);
    return await answer(registry, caller, queryOf(request).getAll('scope'));
  });
  app.post('/token', credentials, async (request, reply) => {
    const form = formOf(request);
    const credential = form.get('password') || form.get('refresh_token') || request.headers.authorization;
    const caller = await signIn(
      request,
      reply,
      credential,
      async () => await formCaller(registry, request, form),
    );
    limitRate(request, reply, caller);
    return await answer(registry, caller, form.getAll('scope'));
  });
}

async function formCaller(
  registry: Registry,
  request: FastifyRequest,
  form: URLSearchParams,
): Promise<Caller> {
  const { identity } = registry;
  const grant = form.get('grant_type') ?? 'password';
  if (grant === 'password') {
    const password = form.get('password') ?? '';
    return password === ''
      ? await identity.authenticate(request.headers.authorization)
      : await identity.authenticateToken(password);
  }
  // An API token also works where a client stored it as its refresh token.
  if (grant === 'refresh_token') return await identity.authenticateToken(form.get('refresh_token') ?? '');
  throw ashlarError('ASH-OAUTH-REQUEST', { reason: `the grant type ${grant.slice(0, 50)} is not supported` });
}

/** Both `token` and `access_token` hold the token: clients read either. */
async function answer(registry: Registry, caller: Caller, scopes: readonly string[]) {
  if (caller.access !== undefined) throw new AshlarError({ code: 'ASH-AUTH-INVALID', params: {} });
  const access = await grantAccess(registry, caller, scopes);
  const token = await issueAccessToken(registry, caller, access);
  return {
    token,
    access_token: token,
    expires_in: registry.config.tokenTtl,
    issued_at: new Date(registry.clock.now()).toISOString(),
    ...(isAnonymous(caller)
      ? {}
      : { scope: access.map(({ type, name, actions }) => `${type}:${name}:${actions.join(',')}`).join(' ') }),
  };
}
