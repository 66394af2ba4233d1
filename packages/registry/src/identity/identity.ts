import { createHash } from 'node:crypto';

import { ashlarError } from '@ashlar/core';
import type { JWTPayload } from 'jose';

import type { Clock } from '../gateway/clock.ts';
import { newId, randomBytes } from '../gateway/random.ts';
import type { MetadataStore, TokenRow } from '../store/metadata/index.ts';
import { type Access, anonymous, type Caller } from './caller.ts';
import { covers, formatScope, parseScope, type Scope } from './scope.ts';
import { createTicketBox, type TicketBox, type TicketKind } from './ticket.ts';
import { hashToken, hasTokenPrefix, isWellFormedToken, newToken, presetTokenName } from './token.ts';

export interface TokenRequest {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Milliseconds; never when undefined. */
  readonly expiresAt?: number | undefined;
}

export interface Identity {
  readonly tickets: TicketBox;
  /**
   * The caller behind an `Authorization` header: Bearer with an API token or an access token, or Basic with an API
   * token as password. No header, and Basic without user and password, is anonymous.
   * @throws ASH-AUTH-INVALID
   */
  authenticate(authorization: string | undefined): Promise<Caller>;
  /** The caller of an API token. @throws ASH-AUTH-INVALID */
  authenticateToken(token: string): Promise<Caller>;
  /** The caller of a refresh token of `/oauth2/exchange`. @throws ASH-AUTH-INVALID */
  authenticateRefresh(ticket: string): Promise<Caller>;
  /** The caller that a ticket names, with the rights that it has now; undefined when it lost them. */
  callerOf(claims: JWTPayload): Promise<Caller | undefined>;
  /** The claims that let `callerOf` find a caller again. */
  claimsOf(caller: Caller): JWTPayload;
  /**
   * Prepares a token that `maker` may make: an administrator's stands alone, all others die with the token that made
   * them. The text is shown once and kept nowhere.
   * @throws ASH-TOKEN-SCOPE-EXCEEDED ASH-TOKEN-EXPIRY ASH-FORBIDDEN-ADMIN ASH-REQUEST-INVALID
   */
  prepareToken(maker: Caller, request: TokenRequest): Promise<PreparedToken>;
  /** Prepares a token with the rights of `owner` that dies with the token of `owner`. */
  prepareLoginToken(owner: Caller, name: string): Promise<PreparedToken>;
  /** Writes down when tokens were used. */
  flush(): Promise<void>;
}

export interface PreparedToken {
  readonly text: string;
  readonly row: {
    readonly now: number;
    readonly id: string;
    readonly hash: string;
    readonly name: string;
    readonly scopes: string;
    readonly parent: string | null;
    readonly expiresAt: number | null;
  };
}

export interface IdentityOptions {
  readonly metadata: MetadataStore;
  readonly clock: Clock;
  /** Changes whenever the rules for outside identities change; their tickets end with it. */
  readonly entraRules: string;
}

const tokenSubject = 'token:';

/** The cause of an ASH-AUTH-INVALID about a ticket that this registry signed: it has expired, or its owner is gone. */
export const endedTicket = Symbol('ended ticket');

export async function createIdentity({ metadata, clock, entraRules }: IdentityOptions): Promise<Identity> {
  const key = await metadata.command.ensureSecret({
    name: 'ticket',
    value: randomBytes(32).toString('base64url'),
  });
  const tickets = createTicketBox(Buffer.from(key, 'base64url'), clock);
  const rules = createHash('sha256').update(entraRules).digest('base64url').slice(0, 16);
  const uses = new Map<string, number>();

  function isLive(row: TokenRow): boolean {
    return row.revoked_at === null && (row.expires_at === null || row.expires_at > clock.now());
  }

  function callerOfRow(row: TokenRow): Caller {
    uses.set(row.id, clock.now());
    return { subject: tokenSubject + row.id, name: row.name, scopes: scopesOf(row) };
  }

  function parentOf(caller: Caller): string {
    if (!caller.subject.startsWith(tokenSubject)) throw ashlarError('ASH-FORBIDDEN-ADMIN', {});
    return caller.subject.slice(tokenSubject.length);
  }

  async function tokenRow(request: TokenRequest, parent: string | null): Promise<PreparedToken> {
    const now = clock.now();
    const limit = parent === null ? null : ((await metadata.query.findToken(parent))?.expires_at ?? null);
    const expiresAt = expiry(now, request.expiresAt, limit);
    const text = newToken();
    const scopes = JSON.stringify(request.scopes.map(formatScope));
    return {
      text,
      row: { now, id: newId(now), hash: hashToken(text), name: request.name, scopes, parent, expiresAt },
    };
  }

  async function authenticateToken(token: string): Promise<Caller> {
    if (hasTokenPrefix(token) && !isWellFormedToken(token)) throw ashlarError('ASH-AUTH-INVALID', {});
    const row = await metadata.query.findTokenByHash(hashToken(token));
    if (!row || !isLive(row)) throw ashlarError('ASH-AUTH-INVALID', {});
    return callerOfRow(row);
  }

  async function callerOf(claims: JWTPayload): Promise<Caller | undefined> {
    const { sub } = claims;
    if (sub === undefined) return undefined;
    if (sub === anonymous.subject) return anonymous;
    if (sub.startsWith(tokenSubject)) {
      const row = await metadata.query.findToken(sub.slice(tokenSubject.length));
      return row && isLive(row) ? callerOfRow(row) : undefined;
    }
    if (claims['rules'] !== rules) return undefined;
    return { subject: sub, name: sub, scopes: (claims['scopes'] as string[]).map(parseScope) };
  }

  async function invalidTicket(kind: TicketKind, ticket: string) {
    const isOurs = (await tickets.readExpired(kind, ticket)) !== undefined;
    return ashlarError('ASH-AUTH-INVALID', {}, isOurs ? { cause: endedTicket } : {});
  }

  async function authenticateBearer(token: string): Promise<Caller> {
    // API tokens never hold a dot, signed tickets always do.
    if (!token.includes('.')) return await authenticateToken(token);
    const claims = await tickets.read('access', token);
    const caller = claims && (await callerOf(claims));
    if (!caller) {
      if (await metadata.query.findTokenByHash(hashToken(token))) return await authenticateToken(token);
      throw await invalidTicket('access', token);
    }
    return { ...caller, access: claims['access'] as Access[] };
  }

  return {
    tickets,
    authenticateToken,
    callerOf,
    async authenticate(authorization) {
      if (authorization === undefined || authorization === '') return anonymous;
      const [, scheme, credentials] = /^(\S+)\s+(\S+)\s*$/.exec(authorization) ?? [];
      if (scheme?.toLowerCase() === 'bearer') return await authenticateBearer(credentials!);
      if (scheme?.toLowerCase() !== 'basic') throw ashlarError('ASH-AUTH-INVALID', {});
      const [user, password] = splitBasic(credentials!);
      // Clients that know no credentials still answer a Basic challenge, with an empty name and password.
      if (user === '' && password === '') return anonymous;
      return await authenticateToken(password);
    },
    async authenticateRefresh(ticket) {
      const claims = await tickets.read('refresh', ticket);
      const caller = claims && (await callerOf(claims));
      if (!caller) throw await invalidTicket('refresh', ticket);
      return caller;
    },
    claimsOf(caller) {
      const { subject } = caller;
      if (subject === anonymous.subject || subject.startsWith(tokenSubject)) return { sub: subject };
      return { sub: subject, rules, scopes: caller.scopes.map(formatScope) };
    },
    async prepareToken(maker, request) {
      if (request.name === presetTokenName) {
        throw ashlarError('ASH-REQUEST-INVALID', { reason: `the name "${presetTokenName}" is taken` });
      }
      const standalone = covers(maker.scopes, 'manage', '*');
      for (const scope of request.scopes) {
        if (covers(maker.scopes, scope.action, scope.namespace)) continue;
        throw ashlarError('ASH-TOKEN-SCOPE-EXCEEDED', { scope: formatScope(scope) });
      }
      return await tokenRow(request, standalone ? null : parentOf(maker));
    },
    async prepareLoginToken(owner, name) {
      return await tokenRow({ name, scopes: owner.scopes }, parentOf(owner));
    },
    async flush() {
      if (uses.size === 0) return;
      const batch = [...uses].map(([id, at]) => ({ id, at }));
      uses.clear();
      try {
        await metadata.command.touchTokens({ uses: batch });
      } catch (error) {
        // Next time, unless it was used again meanwhile.
        for (const { id, at } of batch) uses.set(id, Math.max(at, uses.get(id) ?? 0));
        throw error;
      }
    },
  };
}

export function scopesOf(row: TokenRow): Scope[] {
  return (JSON.parse(row.scopes) as string[]).map(parseScope);
}

function expiry(now: number, asked: number | undefined, limit: number | null): number | null {
  if (asked !== undefined && asked <= now) {
    throw ashlarError('ASH-TOKEN-EXPIRY', { reason: 'it lies in the past' });
  }
  if (limit === null) return asked ?? null;
  return Math.min(asked ?? limit, limit);
}

function splitBasic(credentials: string): [user: string, password: string] {
  const text = Buffer.from(credentials, 'base64').toString('utf8');
  const colon = text.indexOf(':');
  if (colon < 0) throw ashlarError('ASH-AUTH-INVALID', {});
  return [text.slice(0, colon), text.slice(colon + 1)];
}
