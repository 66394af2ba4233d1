import { createSecretKey } from 'node:crypto';

import type { JWTPayload } from 'jose';
import { JWTExpired, JWTInvalid } from 'jose/errors';
import { SignJWT } from 'jose/jwt/sign';
import { jwtVerify } from 'jose/jwt/verify';

import type { Clock } from '../gateway/clock.ts';
import { isCanonical } from './compact-token.ts';

/**
 * What a ticket is good for; it is part of the signed audience, so that no ticket works in the place of another.
 * - `access`: short-lived token for the OCI surface
 * - `refresh`: what `/oauth2/exchange` hands out
 * - `upload`: the Location of an upload under way
 * - `archive`: a download link of one archive
 * - `code`: an authorisation code of `terraform login`
 */
export type TicketKind = 'access' | 'refresh' | 'upload' | 'archive' | 'code';

export interface TicketBox {
  /** Signs claims for `seconds` from now. */
  issue(kind: TicketKind, claims: JWTPayload, seconds: number): Promise<string>;
  /** The claims of a valid ticket; undefined when it was altered, is of another kind or has expired. */
  read(kind: TicketKind, ticket: string): Promise<JWTPayload | undefined>;
  /** Like `read`, but an expired ticket counts too: for what needs another proof besides. */
  readExpired(kind: TicketKind, ticket: string): Promise<JWTPayload | undefined>;
}

const algorithm = 'HS256';

/** Signs and reads Ashlar's own short-lived tokens, all of them JWTs under one key. */
export function createTicketBox(key: Uint8Array, clock: Clock): TicketBox {
  const secret = createSecretKey(key);
  const audience = (kind: TicketKind) => `ashlar:${kind}`;

  async function verify(kind: TicketKind, ticket: string): Promise<JWTPayload> {
    if (!isCanonical(ticket)) throw new JWTInvalid('the ticket has another spelling');
    const options = { algorithms: [algorithm], audience: audience(kind), currentDate: new Date(clock.now()) };
    return (await jwtVerify(ticket, secret, options)).payload;
  }

  return {
    async issue(kind, claims, seconds) {
      const now = Math.floor(clock.now() / 1000);
      return await new SignJWT(claims)
        .setProtectedHeader({ alg: algorithm, typ: 'JWT' })
        .setAudience(audience(kind))
        .setIssuedAt(now)
        .setExpirationTime(now + seconds)
        .sign(secret);
    },
    async read(kind, ticket) {
      return await verify(kind, ticket).catch(() => undefined);
    },
    async readExpired(kind, ticket) {
      return await verify(kind, ticket).catch((error: unknown) =>
        error instanceof JWTExpired ? error.payload : undefined,
      );
    },
  };
}
