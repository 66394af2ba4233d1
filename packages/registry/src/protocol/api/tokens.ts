import { ashlarError } from '@ashlar/core';
import { z } from 'zod';

import { type Caller, covers, isAnonymous, parseScope, scopesOf } from '../../identity/index.ts';
import { listText, sendJsonText } from '../../server/json-text.ts';
import '../../server/route-table.ts';
import type { TokenRow } from '../../store/metadata/index.ts';
import type { ApiApp } from './app.ts';
import { errors } from './error.ts';
import { CreatedToken, NewToken, Token } from './schema.ts';

const path = z.object({ id: z.string() });
const tags = ['tokens'];

export function tokenRoutes(app: ApiApp): void {
  const { registry } = app;
  const { metadata, identity } = registry;

  app.get('/tokens', {
    config: { permission: { kind: 'signed-in' } },
    schema: {
      tags,
      operationId: 'listTokens',
      summary: 'List your tokens; an administrator sees all',
      response: { 200: z.array(Token), ...errors(401) },
    },
    handler: async (request, reply) => {
      const caller = requireCaller(request.caller);
      // A list that does not know of the last seconds is better than none while nothing can be written.
      await identity.flush().catch((error: unknown) => request.log.warn({ err: error }, 'uses not noted'));
      const all = covers(caller.scopes, 'manage', '*');
      const rows = await metadata.query.listTokens(all ? {} : { of: tokenId(caller) });
      return sendJsonText(reply, await listText(rows, toToken));
    },
  });

  app.post('/tokens', {
    config: { permission: { kind: 'signed-in' } },
    schema: {
      tags,
      operationId: 'createToken',
      summary: 'Make a token',
      body: NewToken,
      response: { 201: CreatedToken, ...errors(400, 401, 403) },
    },
    handler: async (request, reply) => {
      const caller = requireCaller(request.caller);
      const { name, scopes, expiresAt } = request.body;
      const { text, row } = await identity.prepareToken(caller, {
        name,
        scopes: scopes.map(parseScope),
        expiresAt: expiresAt === undefined ? undefined : Date.parse(expiresAt),
      });
      await metadata.command.createToken(row);
      const created = toToken((await metadata.query.findToken(row.id))!);
      return await reply.code(201).send({ ...created, token: text });
    },
  });

  app.delete('/tokens/:id', {
    config: { permission: { kind: 'signed-in', missing: 'ASH-TOKEN-UNKNOWN' } },
    schema: {
      tags,
      operationId: 'revokeToken',
      summary: 'Revoke a token and all that came from it',
      params: path,
      response: { 204: z.null(), ...errors(401, 404) },
    },
    handler: async (request, reply) => {
      const caller = requireCaller(request.caller);
      const id = request.params.id === 'current' ? tokenId(caller) : request.params.id;
      const row = await metadata.query.findToken(id);
      const own = row !== undefined && [row.id, row.parent].includes(tokenId(caller));
      if (!row || !(own || covers(caller.scopes, 'manage', '*')))
        throw ashlarError('ASH-TOKEN-UNKNOWN', { id: isId(id) ? id : '…' });
      await metadata.command.revokeToken({ now: registry.clock.now(), id });
      return await reply.code(204).send(null);
    },
  });
}

/** Anything else may be the token itself, which is not repeated. */
function isId(text: string): boolean {
  return /^[0-9A-Z]{26}$/i.test(text);
}

/** Access tokens are for the OCI surface; they cannot make or end others. */
function requireCaller(caller: Caller): Caller {
  if (isAnonymous(caller) || caller.access !== undefined) throw ashlarError('ASH-AUTH-REQUIRED', {});
  return caller;
}

function tokenId(caller: Caller): string {
  return caller.subject.replace(/^token:/, '');
}

function toToken(row: TokenRow): z.infer<typeof Token> {
  const iso = (at: number | null) => (at === null ? undefined : new Date(at).toISOString());
  const optional = {
    parent: row.parent ?? undefined,
    expiresAt: iso(row.expires_at),
    revokedAt: iso(row.revoked_at),
    lastUsedAt: iso(row.last_used_at),
  };
  return {
    id: row.id,
    name: row.name,
    scopes: scopesOf(row).map(({ action, namespace }) => `${action}:${namespace}`),
    createdAt: iso(row.created_at)!,
    ...(Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined)) as Partial<
      z.infer<typeof Token>
    >),
  };
}
