import { ashlarError, parseRepository, parseVersionReference, versionToTag } from '@ashlar/core';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';

import { requireRepository, stateSentences } from '../../catalogue/index.ts';
import type { Action } from '../../identity/index.ts';
import type { Registry } from '../../registry.ts';
import { needs } from '../../server/route-table.ts';
import type { ApiApp } from './app.ts';
import { errors } from './error.ts';
import { toVersion } from './modules.ts';
import { Deprecation, ReferenceQuery, Revocation, Version } from './schema.ts';

const tags = ['versions'];
const manages = needs('manage', 'repository', 'ASH-VERSION-UNKNOWN');

export function versionRoutes(app: ApiApp): void {
  const { registry } = app;
  const { metadata, clock } = registry;
  stateRoutes(app);

  app.get('/version', {
    config: { permission: needs('read', 'repository', 'ASH-VERSION-UNKNOWN') },
    schema: {
      tags,
      operationId: 'getVersion',
      summary: 'A version',
      querystring: ReferenceQuery,
      response: { 200: Version, ...errors(400, 401, 404) },
    },
    handler: async (request) => (await openVersion(registry, request, request.query.ref, 'read')).show(),
  });

  app.delete('/version', {
    config: { permission: manages },
    schema: {
      tags,
      operationId: 'deleteVersion',
      summary: 'Delete a version; its number stays taken',
      querystring: ReferenceQuery,
      response: { 204: z.null(), ...errors(400, 401, 403, 404) },
    },
    handler: async (request, reply) => {
      const { reference, show } = await openVersion(registry, request, request.query.ref, 'manage');
      // What is not there is a version here, not a manifest.
      await show();
      const tag = versionToTag(parseVersionReference(request.query.ref).version);
      await metadata.command.deleteTag({ ...reference, now: clock.now(), tag });
      return await reply.code(204).send(null);
    },
  });
}

function stateRoutes(app: ApiApp): void {
  const { registry } = app;
  const { metadata } = registry;

  app.post('/version/deprecate', {
    config: { permission: manages },
    schema: {
      tags,
      operationId: 'deprecateVersion',
      summary: 'Deprecate a version',
      querystring: ReferenceQuery,
      body: Deprecation,
      response: { 200: Version, ...errors(400, 401, 403, 404, 409) },
    },
    handler: async (request) => {
      const { reference, show } = await openVersion(registry, request, request.query.ref, 'manage');
      const { date, ...words } = request.body;
      await metadata.command.setState({
        ...reference,
        to: 'deprecated',
        ...defined(words),
        ...(date === undefined ? {} : { sunsetAt: Date.parse(`${date}T00:00:00Z`) }),
      });
      return await show();
    },
  });

  app.post('/version/revoke', {
    config: { permission: manages },
    schema: {
      tags,
      operationId: 'revokeVersion',
      summary: 'Revoke a version: no client gets it any more',
      querystring: ReferenceQuery,
      body: Revocation,
      response: { 200: Version, ...errors(400, 401, 403, 404, 409) },
    },
    handler: async (request) => {
      const { reference, show } = await openVersion(registry, request, request.query.ref, 'manage');
      await metadata.command.setState({ ...reference, to: 'revoked', ...defined(request.body) });
      return await show();
    },
  });

  app.post('/version/reinstate', {
    config: { permission: manages },
    schema: {
      tags,
      operationId: 'reinstateVersion',
      summary: 'Take back a deprecation or revocation',
      querystring: ReferenceQuery,
      response: { 200: Version, ...errors(400, 401, 403, 404, 409) },
    },
    handler: async (request) => {
      const { reference, show } = await openVersion(registry, request, request.query.ref, 'manage');
      await metadata.command.setState({ ...reference, to: 'reinstated' });
      return await show();
    },
  });
}

async function openVersion(registry: Registry, request: FastifyRequest, ref: string, action: Action) {
  const { address, version } = parseVersionReference(ref);
  const { repository } = address;
  const missing = () => ashlarError('ASH-VERSION-UNKNOWN', { address: repository, version });
  await requireRepository(registry, request.caller, action, parseRepository(repository), missing);
  const show = async () => {
    const { query } = registry.metadata;
    const row = await query.findVersion({ repository, version });
    if (!row) throw missing();
    const others = row.state === 'admitted' ? [] : await query.listVersionStates(repository);
    return toVersion(row, stateSentences(others));
  };
  return { reference: { repository, version }, show };
}

function defined<Fields extends object>(
  fields: Fields,
): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
