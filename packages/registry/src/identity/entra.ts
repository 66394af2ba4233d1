import { type AshlarError, ashlarError } from '@ashlar/core';
import { createLocalJWKSet, decodeJwt, decodeProtectedHeader, errors, jwtVerify } from 'jose';
import { z } from 'zod';

import type { EntraConfig, EntraRule, EntraTenant } from '../config/entra.ts';
import type { Clock } from '../gateway/clock.ts';
import type { httpRequest } from '../gateway/http.ts';
import { isCanonical } from './compact-token.ts';
import { createKeyCache, type KeyCache } from './entra-keys.ts';

/** Who an Entra ID token speaks for, and what the configured rules grant. Holds nothing of the token itself. */
export interface EntraIdentity {
  /** `<tenant>/<object id>`. */
  readonly subject: string;
  readonly tenant: string;
  readonly objectId: string;
  readonly appId?: string;
  readonly groups: readonly string[];
  /** Of all rules that match; never empty. */
  readonly scopes: readonly string[];
}

export interface EntraVerifier {
  /**
   * Checks a token of Entra ID: signature, issuer, tenant, audience, time, and that a rule grants something.
   * @throws ASH-EXCHANGE-REFUSED for everything else, also when the keys of the tenant cannot be had
   */
  verify(token: string): Promise<EntraIdentity>;
}

export interface EntraDependencies {
  readonly clock: Clock;
  readonly request: typeof httpRequest;
}

/** A user in 200 groups, the most that Entra ID lists, has a token of about 15 KB. */
const maxTokenLength = 32 * 1024;
const leeway = 60;
/** What Entra ID may sign with. No `none`, and no HS…, which would take a public key for a shared secret. */
const algorithms = ['RS256', 'PS256', 'ES256'];

const guid = z.guid().toLowerCase();
const claimsSchema = z.object({
  // For one audience: what is also meant for another service, that service could bring here.
  aud: z.string(),
  iat: z.number().optional(),
  tid: guid,
  oid: guid,
  sub: z.string().optional(),
  appid: guid.optional(),
  azp: guid.optional(),
  idtyp: z.string().optional(),
  scp: z.unknown().optional(),
  groups: z.array(z.string().toLowerCase()).default([]),
  hasgroups: z.unknown().optional(),
  _claim_names: z.object({ groups: z.unknown().optional() }).optional(),
});
type Claims = z.output<typeof claimsSchema>;

export function createEntraVerifier(
  config: EntraConfig,
  { clock, request }: EntraDependencies,
): EntraVerifier {
  const tenants = new Map(
    config.tenants.map((tenant) => [
      tenant.id,
      { tenant, keys: createKeyCache(tenant.jwksUri, { clock, request }) },
    ]),
  );

  async function verify(token: string): Promise<EntraIdentity> {
    const { tid, iss, kid } = readUnverified(token);
    const known = tenants.get(tid);
    if (known === undefined) throw refused('its tenant is not one of those that this registry trusts');
    // Checked again with the signature; here it spares a look at the keys for what is refused anyway.
    if (!known.tenant.issuers.includes(iss)) throw refused('its issuer is not one of its tenant');
    const claims = parseClaims(await verifySignature(token, kid, known));
    if ((claims.iat ?? 0) > clock.now() / 1000 + leeway) throw refused('it is not valid yet');
    return identityOf(claims, config.rules);
  }

  async function verifySignature(
    token: string,
    kid: string,
    { tenant, keys }: { tenant: EntraTenant; keys: KeyCache },
  ): Promise<unknown> {
    const set = await keys.find(kid);
    if (!('key' in set)) throw refused(set.reason);
    try {
      const { payload } = await jwtVerify(token, createLocalJWKSet({ keys: [set.key] }), {
        algorithms,
        issuer: [...tenant.issuers],
        audience: [...config.audiences],
        clockTolerance: leeway,
        currentDate: new Date(clock.now()),
        requiredClaims: ['exp', 'iss', 'aud', 'tid', 'oid'],
      });
      return payload;
    } catch (error) {
      throw refused(describe(error));
    }
  }

  return { verify };
}

/** What must be known before the signature can be checked. Nothing of it is believed. */
function readUnverified(token: string): { tid: string; iss: string; kid: string } {
  if (token.length > maxTokenLength) throw refused(`it is longer than ${maxTokenLength} characters`);
  const parts = decode(token);
  if (parts === undefined) throw refused('it is not a signed JSON web token');
  const { header, payload } = parts;
  if (typeof header.alg !== 'string' || !algorithms.includes(header.alg)) {
    throw refused(`it is not signed with one of ${algorithms.join(', ')}`);
  }
  const tid = guid.safeParse(payload['tid']);
  if (!tid.success || typeof payload.iss !== 'string' || typeof header.kid !== 'string') {
    throw refused('it does not name its tenant, issuer and key');
  }
  return { tid: tid.data, iss: payload.iss, kid: header.kid };
}

function decode(token: string) {
  if (!isCanonical(token)) return undefined;
  try {
    return { header: decodeProtectedHeader(token), payload: decodeJwt(token) };
  } catch {
    return undefined;
  }
}

function parseClaims(payload: unknown): Claims {
  const claims = claimsSchema.safeParse(payload);
  if (!claims.success) throw refused('its claims are not those of Entra ID');
  return claims.data;
}

function identityOf(claims: Claims, rules: readonly EntraRule[]): EntraIdentity {
  const { tid, oid, groups } = claims;
  const appId = claims.appid ?? claims.azp;
  const scopes = rules
    .filter((rule) => rule.tenant === tid && matches(rule, claims, appId))
    .flatMap((rule) => rule.scopes);
  if (scopes.length === 0) throw refused(noRule(claims, rules));
  return {
    subject: `${tid}/${oid}`,
    tenant: tid,
    objectId: oid,
    ...(appId === undefined ? {} : { appId }),
    groups,
    scopes: [...new Set(scopes)],
  };
}

function matches(rule: EntraRule, claims: Claims, appId: string | undefined): boolean {
  if (rule.kind === 'object') return rule.id === claims.oid;
  if (rule.kind === 'group') return claims.groups.includes(rule.id);
  return rule.id === appId && isAppOnly(claims);
}

/**
 * Whether an application speaks for itself. In a user's token the application is only the tool: a rule for the id of
 * the Azure CLI would otherwise let in everybody who uses it. `idtyp` is optional; without it, application tokens are
 * those without delegated permissions whose subject is their own object.
 * https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
function isAppOnly({ idtyp, scp, sub, oid }: Claims): boolean {
  if (scp !== undefined) return false;
  return idtyp === undefined ? sub?.toLowerCase() === oid : idtyp === 'app';
}

function noRule(claims: Claims, rules: readonly EntraRule[]): string {
  // Past 200 groups Entra ID leaves them out and points to another service, which Ashlar does not ask.
  const left = claims.hasgroups !== undefined || claims._claim_names?.groups !== undefined;
  const wanted = rules.some((rule) => rule.kind === 'group' && rule.tenant === claims.tid);
  return left && wanted
    ? 'it leaves out its groups because they are too many; an administrator can add a rule for the object'
    : 'no rule of this registry grants it anything';
}

/** Fixed sentences: what jose says may repeat parts of the token. */
function describe(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'it has expired';
  if (error instanceof errors.JWTClaimValidationFailed) {
    const sentences: Readonly<Record<string, string>> = {
      iss: 'its issuer is not one of its tenant',
      aud: 'it is meant for another audience',
      nbf: 'it is not valid yet',
      exp: 'it has no usable time of expiry',
      oid: 'it does not name its object',
    };
    return sentences[error.claim] ?? 'one of its claims is not acceptable';
  }
  if (error instanceof errors.JWSSignatureVerificationFailed) return 'its signature is wrong';
  return 'its signature cannot be checked';
}

function refused(reason: string): AshlarError {
  return ashlarError('ASH-EXCHANGE-REFUSED', { reason });
}
