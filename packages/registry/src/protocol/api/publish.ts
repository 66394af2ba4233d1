import {
  ashlarError,
  limits,
  type ModuleAddress,
  parseRepository,
  parseVersionReference,
} from '@ashlar/core';
import type { FastifyRequest } from 'fastify';

import { requireRepository } from '../../catalogue/index.ts';
import { archiveLimits, type ModuleFile, readArchive, unpackAllowance } from '../../intake/index.ts';
import { keepBody } from '../../server/kept-body.ts';
import { needs } from '../../server/route-table.ts';
import { publishUpload } from '../../source/upload/index.ts';
import type { ApiApp } from './app.ts';
import { errors } from './error.ts';
import { Published, PublishQuery } from './schema.ts';

/** `PUT /version` is apart from the other routes because its body is a stream of bytes. */
export function publishRoute(app: ApiApp): void {
  const { registry } = app;

  app.put('/version', {
    config: { permission: needs('publish', 'repository', 'ASH-REPOSITORY-UNKNOWN') },
    schema: {
      tags: ['versions'],
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
      const repository = parseRepository(address.repository);
      await requireRepository(registry, request.caller, 'publish', repository);
      const kind = contentKind(request, address);
      await using body = await keepBody(request, registry.blobs, kind.limit, kind.tooLarge);
      const published = await registry.room.hold(
        repository.namespace,
        kind.unpacked(body.size),
        async () =>
          await publishUpload(registry, {
            ...options,
            stampTelemetry: stampTelemetry === 'true',
            caller: request.caller,
            address,
            version,
            files: await kind.files(await body.read()),
          }),
        () => !request.raw.socket.destroyed,
      );
      const { status, digest, contentDigest } = published;
      return await reply
        .code(status === 'published' ? 201 : 200)
        .send({ address: address.repository, version, status, digest, contentDigest });
    },
  });
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

/** What a body holds. */
interface ContentKind {
  /** Bytes of a body at most. */
  readonly limit: number;
  tooLarge(): Error;
  /** Bytes that the files of a body of `size` bytes may take at most. */
  unpacked(size: number): number;
  files(body: Buffer): Promise<ModuleFile[]>;
}

/** @throws ASH-MODULE-LANGUAGE ASH-MEDIA-TYPE */
function contentKind(request: FastifyRequest, { language, repository }: ModuleAddress): ContentKind {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type === 'application/json') {
    if (language === 'bicep') return templateKind;
    const reason = 'application/json is the type of a compiled Bicep template; send a zip or tar.gz';
    throw ashlarError('ASH-MODULE-LANGUAGE', { address: repository, reason });
  }
  if (type === undefined || archiveTypes.includes(type)) return archiveKind;
  const expected = 'application/zip or application/gzip, or for Bicep main.json as application/json';
  throw ashlarError('ASH-MEDIA-TYPE', { expected });
}

const templateKind: ContentKind = {
  limit: limits.template.value,
  tooLarge: () => ashlarError('ASH-BODY-SIZE', { limit: limits.template.value }),
  unpacked: (size) => size,
  files: async (bytes) => [{ path: 'main.json', executable: false, bytes }],
};

const archiveKind: ContentKind = {
  limit: archiveLimits.compressed,
  tooLarge: () => ashlarError('ASH-ARCHIVE-SIZE', { limit: archiveLimits.compressed }),
  unpacked: (size) => unpackAllowance(size, archiveLimits).bytes,
  files: async (bytes) => await readArchive(bytes),
};
