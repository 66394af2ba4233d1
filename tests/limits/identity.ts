import { createHash } from 'node:crypto';

import type { PastLimit } from '@ashlar/core';

import { startIssuer, tenant } from '../bicep/entra.ts';
import { ociClient } from '../oci/client.ts';
import { startTestServer } from '../support/server.ts';
import type { Place, Probe } from './probe.ts';

const verifier = 'v'.repeat(43);
const redirect = 'http://localhost:10000/login';

function authorisationUrl({ server }: Place, state: string): string {
  const query = new URLSearchParams({
    response_type: 'code',
    client_id: 'terraform-cli',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    redirect_uri: redirect,
    state,
  });
  return `${server.http}/oauth/authorize?${query.toString()}`;
}

async function makeToken({ server }: Place, body: object): Promise<PastLimit | undefined> {
  const answer = await server.api('POST', '/tokens', body);
  return answer.status === 201 ? undefined : answer.body.code;
}

/**
 * What was handed out for so many seconds works until the last millisecond of them; `seconds` one past the limit look
 * at the last millisecond of the second after it.
 */
function wait(place: Place, seconds: number): void {
  place.advance(seconds * 1000 - 1);
}

/** Tickets count whole seconds: starts at the beginning of one. */
function toWholeSecond(place: Place): void {
  place.advance(1000 - (place.server.registry.clock.now() % 1000));
}

export const identityProbes = {
  tokenName: async (length, place) =>
    await makeToken(place, { name: 'n'.repeat(length), scopes: ['read:*'] }),
  tokenScopes: async (count, place) =>
    await makeToken(place, {
      name: 'n',
      scopes: Array.from({ length: count }, (_, i) => `read:a${i}`),
    }),
  accessScopes: async (count, { server }) => {
    const scopes = Array.from({ length: count }, () => 'repository:a/b:pull').join(' ');
    const response = await fetch(`${server.http}/token?scope=${encodeURIComponent(scopes)}`);
    return response.ok ? undefined : (response.headers.get('ashlar-error') as PastLimit);
  },
  loginState: async (length, place) => {
    const response = await fetch(authorisationUrl(place, 's'.repeat(length)));
    return response.ok ? undefined : (response.headers.get('ashlar-error') as PastLimit);
  },
  loginCode: async (seconds, place) => {
    toWholeSecond(place);
    const signedIn = await fetch(authorisationUrl(place, ''), {
      method: 'POST',
      body: new URLSearchParams({ token: place.server.admin }),
      redirect: 'manual',
    });
    const code = new URL(signedIn.headers.get('location')!).searchParams.get('code')!;
    wait(place, seconds);
    const redeemed = await fetch(`${place.server.http}/oauth/token`, {
      method: 'POST',
      body: new URLSearchParams({
        grant_type: 'authorization_code',
        code,
        code_verifier: verifier,
        redirect_uri: redirect,
      }),
    });
    return redeemed.ok ? undefined : 'expired';
  },
  uploadLocation: async (seconds, place) => {
    toWholeSecond(place);
    const started = await place.oci.send('POST', `/v2/plain/${place.name()}/blobs/uploads/`);
    wait(place, seconds);
    const anonymous = ociClient(place.server);
    const { status } = await anonymous.send('PATCH', started.headers.location!, { body: 'x' });
    return status === 202 ? undefined : 'expired';
  },
  entraToken: async (length) => {
    const issuer = await startIssuer();
    const rules = [{ tenant, app: tenant, scopes: ['read:*'] }];
    const env = { ASHLAR_ENTRA: JSON.stringify({ tenants: issuer.tenants, rules }) };
    const server = await startTestServer({ env });
    try {
      const body = new URLSearchParams({ grant_type: 'access_token', access_token: 't'.repeat(length) });
      const response = await fetch(`${server.http}/oauth2/exchange`, { method: 'POST', body });
      // A token of this kind is refused in any case; for its length only when it is longer.
      const isLength = (await response.text()).includes('it is longer than');
      return isLength ? (response.headers.get('ashlar-error') as PastLimit) : undefined;
    } finally {
      await server.stop();
      await issuer.close();
    }
  },
} satisfies Readonly<Record<string, Probe>>;
