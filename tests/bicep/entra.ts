import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Made-up ids of Entra ID. */
export const tenant = '6f3c2b1a-0d4e-4c5f-8a9b-1c2d3e4f5a6a';
export const strangerTenant = '6f3c2b1a-0d4e-4c5f-8a9b-1c2d3e4f5a6c';
export const people = {
  alice: '0a1b2c3d-0000-4000-8000-000000000001',
  bob: '0a1b2c3d-0000-4000-8000-000000000002',
  nobody: '0a1b2c3d-0000-4000-8000-000000000009',
} as const;
export const readers = '0a1b2c3d-0000-4000-8000-00000000000a';

export type Claims = Readonly<Record<string, unknown>>;

/** An issuer of its own with the shape of Entra ID: keys over http, tokens for Azure's own audience. */
export interface LocalIssuer {
  readonly tenants: readonly object[];
  /** A token of a person; `claims` replace those of a good one, `key` the key that signs. */
  token(oid: string, claims?: Claims, key?: 'own' | 'foreign'): string;
  close(): Promise<void>;
}

export async function startIssuer(now: () => number = Date.now): Promise<LocalIssuer> {
  const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const foreign = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const jwk = { ...own.publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig', alg: 'RS256' };
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ keys: [jwk] }));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const issuer = `${base}/${tenant}/v2.0`;

  return {
    tenants: [{ id: tenant, issuer, jwksUri: `${base}/keys` }],
    token(oid, claims = {}, key = 'own') {
      const at = Math.floor(now() / 1000);
      const good = {
        iss: issuer,
        tid: tenant,
        aud: 'https://management.azure.com/',
        oid,
        sub: `pairwise-${oid}`,
        scp: 'user_impersonation',
        iat: at,
        nbf: at,
        exp: at + 3600,
      };
      return signJwt({ ...good, ...claims }, (key === 'own' ? own : foreign).privateKey);
    },
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, 'close').catch(() => undefined);
    },
  };
}

function signJwt(claims: Claims, key: KeyObject): string {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${encode({ alg: 'RS256', typ: 'JWT', kid: 'k1' })}.${encode(claims)}`;
  return `${text}.${sign('sha256', Buffer.from(text), key).toString('base64url')}`;
}
