import {
  ashlarError,
  maxTemplateSize,
  type ModuleAddress,
  parseRepository,
  parseVersionReference,
  versionToTag,
} from '@ashlar/core';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';

import { requireRepository } from '../../catalogue/index.ts';
import type { Action } from '../../identity/index.ts';
import { archiveLimits, type ModuleFile, readArchive } from '../../intake/index.ts';
import type { Registry } from '../../registry.ts';
import { readBody } from '../../server/body.ts';
import { publishUpload } from '../../source/upload/index.ts';
import type { ApiApp } from './app.ts';
import { errors } from './error.ts';
import { toVersion } from './modules.ts';
import { Deprecation, Published, PublishQuery, ReferenceQuery, Revocation, Version } from './schema.ts';

const tags = ['versions'];

/** `PUT /version` is apart from the other routes because its body is a stream of bytes. */
export function publishRoute(app: ApiApp): void {
  const { registry } = app;

  app.put('/version', {
    schema: {
      tags,
      operationId: 'publishVersion',
      summary: 'Publish a version',
      description:
        'The body is a zip or tar.gz with the files of the module at its root (Bicep: main.json, and main.bicep with ' +
        'its files to show the source), or for Bicep main.json alone with the type application/json.',
      consumes: ['application/zip', 'application/gzip', 'application/json'],
      querystring: PublishQuery,
      response: { 200: Published, 201: Published, ...errors(400, 401, 403, 404, 409, 413, 415, 422) },
    },
    handler: async (request, reply) => {
      const { ref, stampTelemetry, ...options } = request.query;
      const { address, version } = parseVersionReference(ref);
      await requireRepository(registry, request.caller, 'publish', parseRepository(address.repository));
      const published = await publishUpload(registry, {
        ...options,
        stampTelemetry: stampTelemetry === 'true',
        caller: request.caller,
        address,
        version,
        files: await readFiles(request, address),
      });
      const { status, digest, contentDigest } = published;
      return await reply
        .code(status === 'published' ? 201 : 200)
        .send({ address: address.repository, version, status, digest, contentDigest });
    },
  });
}

export function versionRoutes(app: ApiApp): void {
  const { registry } = app;
  const { metadata, clock } = registry;

  app.get('/version', {
    schema: {
      tags,
      operationId: 'getVersion',
      summary: 'A version',
      querystring: ReferenceQuery,
      response: { 200: Version, ...errors(400, 401, 404) },
    },
    handler: async (request) => (await openVersion(registry, request, request.query.ref, 'read')).show(),
  });

  app.post('/version/deprecate', {
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

  app.delete('/version', {
    schema: {
      tags,
      operationId: 'deleteVersion',
      summary: 'Delete a version; its number stays taken',
      querystring: ReferenceQuery,
      response: { 204: z.null(), ...errors(400, 401, 403, 404) },
    },
    handler: async (request, reply) => {
      const { reference } = await openVersion(registry, request, request.query.ref, 'manage');
      const tag = versionToTag(parseVersionReference(request.query.ref).version);
      await metadata.command.deleteTag({ ...reference, now: clock.now(), tag });
      return await reply.code(204).send(null);
    },
  });
}

async function openVersion(registry: Registry, request: FastifyRequest, ref: string, action: Action) {
  const { address, version } = parseVersionReference(ref);
  const { repository } = address;
  const missing = ashlarError('ASH-VERSION-UNKNOWN', { address: repository, version });
  await requireRepository(registry, request.caller, action, parseRepository(repository), missing);
  const show = async () => {
    const rows = await registry.metadata.query.listVersions(repository);
    const row = rows.find((each) => each.version === version);
    if (!row) throw missing;
    return toVersion(row, rows);
  };
  return { reference: { repository, version }, show };
}

/** What clients call an archive; which kind it is shows in its first bytes. */
const archiveTypes: readonly string[] = [
  'application/zip',
  'application/x-zip-compressed',
  'application/gzip',
  'application/x-gzip',
  'application/x-tar',
  'application/x-gtar',
  'application/octet-stream',
];

async function readFiles(
  request: FastifyRequest,
  { language, repository }: ModuleAddress,
): Promise<ModuleFile[]> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json') {
    if (language === 'bicep')
      return [{ path: 'main.json', executable: false, bytes: await readBody(request, maxTemplateSize) }];
    const reason = 'application/json is the type of a compiled Bicep template; send a zip or tar.gz';
    throw ashlarError('ASH-MODULE-LANGUAGE', { address: repository, reason });
  }
  if (type !== undefined && !archiveTypes.includes(type)) {
    const expected = 'application/zip or application/gzip, or for Bicep main.json as application/json';
    throw ashlarError('ASH-MEDIA-TYPE', { expected });
  }
  const limit = archiveLimits.compressed;
  return await readArchive(await readBody(request, limit, ashlarError('ASH-ARCHIVE-SIZE', { limit })));
}

function defined<Fields extends object>(
  fields: Fields,
): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
