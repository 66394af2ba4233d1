import { ashlarError, parseAddress, parseRepository } from '@ashlar/core';
import type { z } from 'zod';

import {
  latestVersion,
  latestVersions,
  listableNamespaces,
  requireRepository,
  sortVersions,
  stateSentences,
} from '../../catalogue/index.ts';
import { listText, sendJsonText } from '../../server/json-text.ts';
import { needs } from '../../server/route-table.ts';
import type { ModuleRow, VersionRow } from '../../store/metadata/index.ts';
import { takeTurns } from '../../turns.ts';
import type { ApiApp } from './app.ts';
import { errors } from './error.ts';
import { AddressQuery, type Module, ModuleDetail, ModulePage, ModuleQuery, type Version } from './schema.ts';

const tags = ['modules'];

export function moduleRoutes(app: ApiApp): void {
  const { registry } = app;
  const { metadata } = registry;

  app.get('/modules', {
    config: { permission: { kind: 'filtered' } },
    schema: {
      tags,
      operationId: 'listModules',
      summary: 'List or search modules',
      querystring: ModuleQuery,
      response: { 200: ModulePage, ...errors(400, 401) },
    },
    handler: async (request) => {
      const { offset, limit, namespace, ...filter } = request.query;
      const readable = await listableNamespaces(registry, request.caller);
      const found = await metadata.query.listModules({
        ...filter,
        namespaces:
          namespace === undefined ? readable : readable.filter((name) => name === namespace.toLowerCase()),
        offset,
        limit: limit + 1,
      });
      const shown = found.slice(0, limit);
      const latest = await latestVersions(
        registry,
        shown.map((row) => row.repository),
      );
      const modules = shown.map((row) => toModule(row, latest.get(row.repository)));
      return { modules, ...(found.length > limit ? { nextOffset: offset + limit } : {}) };
    },
  });

  app.get('/module', {
    config: { permission: needs('read', 'repository', 'ASH-MODULE-UNKNOWN') },
    schema: {
      tags,
      operationId: 'getModule',
      summary: 'A module with all its versions',
      querystring: AddressQuery,
      response: { 200: ModuleDetail, ...errors(400, 401, 404) },
    },
    handler: async (request, reply) => {
      const { repository } = parseAddress(request.query.address);
      const missing = () => ashlarError('ASH-MODULE-UNKNOWN', { address: repository });
      await requireRepository(registry, request.caller, 'read', parseRepository(repository), missing);
      const row = await metadata.query.findModule(repository);
      const rows = await metadata.query.listVersions(repository);
      if (!row || rows.length === 0) throw missing();
      const afterRows = takeTurns();
      await afterRows(rows.length);
      const latest = latestVersion(rows);
      const readme = latest && (await metadata.query.findReadme(latest));
      const sentenceOf = stateSentences(rows);
      await afterRows(rows.length);
      const sorted = sortVersions(rows);
      await afterRows(rows.length);
      const versions = await listText(sorted, (version) => toVersion(version, sentenceOf));
      const head = JSON.stringify({ ...toModule(row, latest), ...(readme === undefined ? {} : { readme }) });
      return sendJsonText(reply, `${head.slice(0, -1)},"versions":${versions}}`);
    },
  });
}

function toModule(row: ModuleRow, latest: VersionRow | undefined): z.infer<typeof Module> {
  return {
    address: row.address,
    language: row.language,
    namespace: row.namespace,
    ...(row.class === null ? {} : { class: row.class }),
    description: latest?.description ?? '',
    ...(latest === undefined ? {} : { latest: latest.version }),
  };
}

/** A version as the API shows it; `sentenceOf` is that of its module. */
export function toVersion(
  row: VersionRow,
  sentenceOf: ReturnType<typeof stateSentences>,
): z.infer<typeof Version> {
  const optional = {
    message: sentenceOf(row),
    reason: row.reason,
    link: row.link,
    replacement: row.replacement,
    date: row.sunset_at === null ? null : new Date(row.sunset_at).toISOString().slice(0, 10),
    documentation: row.documentation,
  };
  return {
    version: row.version,
    digest: row.digest,
    contentDigest: row.content_digest,
    ...(row.archive_digest === null
      ? {}
      : { archive: { digest: row.archive_digest, size: row.archive_size! } }),
    state: row.state,
    ...(Object.fromEntries(
      Object.entries(optional).filter(([, value]) => value !== null && value !== undefined),
    ) as Partial<z.infer<typeof Version>>),
    description: row.description,
    publishedAt: new Date(row.published_at).toISOString(),
    publishedBy: row.published_by,
  };
}
