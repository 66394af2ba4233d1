import { ashlarError } from '@ashlar/core';
import type { FastifyInstance } from 'fastify';

import { anonymous, type Caller, parseScope } from '../../identity/index.ts';
import type { Registry } from '../../registry.ts';
import { grantAccess, issueAccessToken } from '../../server/distribution/access-token.ts';
import { serviceName } from '../../server/distribution/challenge.ts';
import { formBodies, formOf } from '../../server/form.ts';
import { limitRate, signIn } from '../../server/limits.ts';
import '../../server/route-table.ts';

const credentials = { config: { permission: { kind: 'credentials' } } } as const;
const selfLimited = { config: { ...credentials.config, limitsItself: true } } as const;

/** `/oauth2/exchange` and `/oauth2/token`: how the Azure SDK signs in to a container registry. */
export async function acrTokenEndpoints(
  app: FastifyInstance,
  { registry }: { readonly registry: Registry },
): Promise<void> {
  formBodies(app);

  app.post('/oauth2/exchange', credentials, async (request, reply) => {
    const form = formOf(request);
    checkService(form, request.externalUrl);
    if (!registry.entra) throw ashlarError('ASH-EXCHANGE-OFF', {});
    if (form.get('grant_type') !== 'access_token') {
      throw ashlarError('ASH-OAUTH-REQUEST', { reason: 'grant_type must be access_token' });
    }
    const { entra } = registry;
    const token = form.get('access_token') ?? '';
    const { subject, scopes } = await signIn(request, reply, token, async () => await entra.verify(token));
    const caller: Caller = { subject: `entra:${subject}`, name: subject, scopes: scopes.map(parseScope) };
    const { identity, config } = registry;
    return {
      refresh_token: await identity.tickets.issue(
        'refresh',
        identity.claimsOf(caller),
        config.refreshTokenTtl,
      ),
    };
  });

  app.post('/oauth2/token', selfLimited, async (request, reply) => {
    const form = formOf(request);
    checkService(form, request.externalUrl);
    const credential = form.get('password') ?? form.get('refresh_token') ?? '';
    const caller = await signIn(request, reply, credential, async () => await callerOfForm(registry, form));
    limitRate(request, reply, caller);
    const access = await grantAccess(registry, caller, form.getAll('scope'));
    // A refusal is what makes the client stop trying anonymously and sign in.
    if (caller === anonymous && access.length === 0) throw ashlarError('ASH-AUTH-REQUIRED', {});
    return { access_token: await issueAccessToken(registry, caller, access) };
  });
}

/** `grant_type=password` without a password is how the SDK asks for an anonymous token. */
async function callerOfForm(registry: Registry, form: URLSearchParams): Promise<Caller> {
  const { identity } = registry;
  const grant = form.get('grant_type');
  if (grant === 'password') {
    const password = form.get('password') ?? '';
    return password === '' ? anonymous : await identity.authenticateToken(password);
  }
  if (grant !== 'refresh_token') {
    throw ashlarError('ASH-OAUTH-REQUEST', { reason: 'grant_type must be refresh_token or password' });
  }
  return await identity.authenticateRefresh(form.get('refresh_token') ?? '');
}

function checkService(form: URLSearchParams, externalUrl: string): void {
  const service = form.get('service');
  if (service === null || service === serviceName(externalUrl)) return;
  throw ashlarError('ASH-OAUTH-REQUEST', { reason: `service must be ${serviceName(externalUrl)}` });
}
