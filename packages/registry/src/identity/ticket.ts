import { createHmac, createSecretKey, timingSafeEqual } from 'node:crypto';

import type { JWTPayload } from 'jose';

import type { Clock } from '../gateway/clock.ts';

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

/** Says how the rest is signed; a ticket with any other header is none of ours. */
const header = encode({ alg: 'HS256', typ: 'JWT' });

/**
 * Signs and reads Ashlar's own short-lived tokens, all of them JWTs under one key. Not with jose: Web Crypto hands each
 * signature to another thread, where it waits behind writes that are being synced.
 */
export function createTicketBox(key: Uint8Array, clock: Clock): TicketBox {
  const secret = createSecretKey(key);
  const audience = (kind: TicketKind) => `ashlar:${kind}`;
  const seconds = () => Math.floor(clock.now() / 1000);

  function sign(content: string): string {
    return createHmac('sha256', secret).update(content).digest('base64url');
  }

  /** The claims of a ticket that was signed here, of whatever age. */
  function verify(kind: TicketKind, ticket: string): JWTPayload | undefined {
    const end = ticket.lastIndexOf('.');
    const content = ticket.slice(0, Math.max(end, 0));
    if (!content.startsWith(`${header}.`)) return undefined;
    if (!isSame(ticket.slice(end + 1), sign(content))) return undefined;
    const claims = decode(content.slice(header.length + 1));
    return claims.aud === audience(kind) ? claims : undefined;
  }

  return {
    async issue(kind, claims, life) {
      const now = seconds();
      const content = `${header}.${encode({ ...claims, aud: audience(kind), iat: now, exp: now + life })}`;
      return `${content}.${sign(content)}`;
    },
    async read(kind, ticket) {
      const claims = verify(kind, ticket);
      return claims?.exp !== undefined && claims.exp > seconds() ? claims : undefined;
    },
    async readExpired(kind, ticket) {
      return verify(kind, ticket);
    },
  };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

function decode(text: string): JWTPayload {
  return JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as JWTPayload;
}

/** Takes the same time wherever the difference is. */
function isSame(given: string, expected: string): boolean {
  const [a, b] = [Buffer.from(given), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}
