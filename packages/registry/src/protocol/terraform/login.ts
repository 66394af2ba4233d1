import { createHash } from 'node:crypto';

import { type AshlarError, ashlarError } from '@ashlar/core';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';

import { randomBytes } from '../../gateway/random.ts';
import type { Registry } from '../../registry.ts';
import { knownError } from '../../server/error.ts';
import { formBodies, formOf } from '../../server/form.ts';
import { signIn } from '../../server/limits.ts';
import '../../server/route-table.ts';
import { queryOf } from '../../server/distribution/query.ts';
import { loginPage } from './login-page.ts';

/** Seconds between the sign-in in the browser and the request of the client. */
const codeTtl = 120;

const authorisation = z.object({
  response_type: z.literal('code'),
  client_id: z.literal('terraform-cli'),
  code_challenge: z.string().regex(/^[A-Za-z0-9_-]{43}$/),
  code_challenge_method: z.literal('S256'),
  // The loopback listener that the client opened, on one of the ports of the discovery document.
  redirect_uri: z.string().regex(/^http:\/\/localhost:100(?:0\d|10)\/login$/),
  state: z.string().max(500).default(''),
});

/** A browser shows what is wrong as a sentence. */
const forPeople = { config: { plainErrors: true, permission: { kind: 'credentials' } } } as const;

type Authorisation = z.infer<typeof authorisation>;

/**
 * `login.v1`: authorisation code with PKCE. The page takes an Ashlar token; the client gets a token of its own that
 * has the same scopes and dies with it.
 */
export async function terraformLogin(
  app: FastifyInstance,
  { registry }: { readonly registry: Registry },
): Promise<void> {
  formBodies(app);

  app.get('/oauth/authorize', forPeople, async (request, reply) => {
    const asked = readAuthorisation(queryOf(request));
    return await sendPage(reply, asked, undefined);
  });

  app.post('/oauth/authorize', forPeople, async (request, reply) => {
    const asked = readAuthorisation(queryOf(request));
    const token = formOf(request).get('token')?.trim() ?? '';
    try {
      const caller = await signIn(
        request,
        reply,
        token,
        async () => await registry.identity.authenticateToken(token),
      );
      const code = await registry.identity.tickets.issue(
        'code',
        {
          ...registry.identity.claimsOf(caller),
          jti: randomBytes(16).toString('base64url'),
          challenge: asked.code_challenge,
          redirect: asked.redirect_uri,
        },
        codeTtl,
      );
      const target = new URL(asked.redirect_uri);
      target.searchParams.set('code', code);
      target.searchParams.set('state', asked.state);
      return await reply.redirect(target.href, 303);
    } catch (error) {
      const known = knownError(error, request);
      if (known.code !== 'ASH-AUTH-INVALID') throw known;
      return await sendPage(reply.code(401), asked, known);
    }
  });

  app.post('/oauth/token', {
    config: { permission: { kind: 'credentials' } },
    errorHandler: (error, request, reply) => {
      const known = knownError(error, request);
      void reply
        .code(known.status === 401 ? 400 : known.status)
        .header('cache-control', 'no-store')
        .send({ error: 'invalid_grant', error_description: known.message });
    },
    handler: async (request, reply) => {
      void reply.header('cache-control', 'no-store');
      return { access_token: await redeem(registry, formOf(request)), token_type: 'bearer' };
    },
  });
}

function readAuthorisation(query: URLSearchParams): Authorisation {
  const parsed = authorisation.safeParse(Object.fromEntries(query));
  if (parsed.success) return parsed.data;
  const fields = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw ashlarError('ASH-OAUTH-REQUEST', {
    reason: `${fields} is missing or wrong; start it with terraform login`,
  });
}

/** Trades a code for a token. @throws ASH-OAUTH-REQUEST */
async function redeem(registry: Registry, form: URLSearchParams): Promise<string> {
  const refused = (reason: string) => ashlarError('ASH-OAUTH-REQUEST', { reason });
  if (form.get('grant_type') !== 'authorization_code') throw refused('grant_type must be authorization_code');
  const claims = await registry.identity.tickets.read('code', form.get('code') ?? '');
  if (!claims) throw refused('the code is not valid or has expired');
  const verifier = form.get('code_verifier') ?? '';
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  if (challenge !== claims['challenge']) throw refused('code_verifier does not match');
  if (form.get('redirect_uri') !== claims['redirect']) throw refused('redirect_uri does not match');
  const caller = await registry.identity.callerOf(claims);
  if (!caller) throw refused('the token that signed in is not valid any more');
  const { text, row } = await registry.identity.prepareLoginToken(
    caller,
    `terraform login with ${caller.name}`,
  );
  await registry.metadata.command.redeemCode({
    code: claims.jti!,
    codeExpiresAt: claims.exp! * 1000,
    token: row,
  });
  return text;
}

async function sendPage(reply: FastifyReply, asked: Authorisation, problem: AshlarError | undefined) {
  return await reply
    .type('text/html; charset=utf-8')
    .header('cache-control', 'no-store')
    .header('referrer-policy', 'no-referrer')
    .header(
      'content-security-policy',
      `default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; form-action 'self' ${new URL(asked.redirect_uri).origin}`,
    )
    .send(loginPage(problem?.message));
}
