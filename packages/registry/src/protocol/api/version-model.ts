import {
  ashlarError,
  type ModuleAddress,
  parseRepository,
  parseVersion,
  parseVersionReference,
  type Version,
} from '@ashlar/core';
import type { FastifyRequest } from 'fastify';

import {
  judgement,
  modelOf,
  requireRepository,
  resolveVersion,
  versionBefore,
  type VersionModel,
} from '../../catalogue/index.ts';
import { type Customer, unpackText } from '../../reading/index.ts';
import type { Registry } from '../../registry.ts';
import { sendJsonText } from '../../server/json-text.ts';
import { needs } from '../../server/route-table.ts';
import { visitorOf } from '../../server/visitor.ts';
import type { VersionRow } from '../../store/metadata/index.ts';
import type { ApiApp } from './app.ts';
import { errors } from './error.ts';
import { DiffQuery, InputSchema, ModuleModel, ReferenceQuery, VersionDiff } from './schema.ts';

const tags = ['versions'];
const config = { permission: needs('read', 'repository', 'ASH-VERSION-UNKNOWN') };

/** What versions are made of, and how they differ. */
export function versionModelRoutes(app: ApiApp): void {
  const { registry } = app;

  app.get('/version/interface', {
    config,
    schema: {
      tags,
      operationId: 'getVersionInterface',
      summary: 'What a version takes, gives and does: its model',
      querystring: ReferenceQuery,
      response: { 200: ModuleModel, ...errors(400, 401, 404) },
    },
    handler: async (request, reply) => {
      const { row } = await openVersion(registry, request, request.query.ref);
      return sendJsonText(reply, await unpackText(await requireModel(registry, row)));
    },
  });

  app.get('/version/schema', {
    config,
    schema: {
      tags,
      operationId: 'getVersionSchema',
      summary: 'What may be given to a version, as a JSON Schema',
      querystring: ReferenceQuery,
      response: { 200: InputSchema, ...errors(400, 401, 404) },
    },
    handler: async (request, reply) => {
      const { row } = await openVersion(registry, request, request.query.ref);
      const model = await requireModel(registry, row);
      return sendJsonText(
        reply,
        Buffer.from(await registry.reader.schema(model, visitorOf(request, row.repository))),
      );
    },
  });

  app.get('/version/diff', {
    config,
    schema: {
      tags,
      operationId: 'getVersionDiff',
      summary: 'What a version changes, and which number that deserves',
      querystring: DiffQuery,
      response: { 200: VersionDiff, ...errors(400, 401, 404) },
    },
    handler: async (request, reply) => {
      const { row, address } = await openVersion(registry, request, request.query.ref);
      const { from } = request.query;
      const diff =
        from === undefined
          ? await diffWithBefore(registry, row, visitorOf(request, row.repository))
          : await diffWith(
              registry,
              row,
              await findOther(registry, address, parseVersion(from)),
              visitorOf(request, row.repository),
            );
      return sendJsonText(reply, await diffBytes(row, diff));
    },
  });
}

async function openVersion(registry: Registry, request: FastifyRequest, ref: string) {
  const { address, version } = parseVersionReference(ref);
  const { repository } = address;
  const missing = () => ashlarError('ASH-VERSION-UNKNOWN', { address: repository, version });
  await requireRepository(registry, request.caller, 'read', parseRepository(repository), missing);
  return { address, row: await resolveVersion(registry, address, version) };
}

/** Also a revoked one: who has to leave it wants to know what changes. @throws ASH-VERSION-UNKNOWN */
async function findOther(
  { metadata }: Registry,
  { repository }: ModuleAddress,
  version: Version,
): Promise<VersionRow> {
  const row = await metadata.query.findVersion({ repository, version });
  if (row === undefined) throw ashlarError('ASH-VERSION-UNKNOWN', { address: repository, version });
  return row;
}

/** @throws ASH-MODULE-NO-MODEL */
async function requireModel(registry: Registry, row: VersionRow): Promise<string> {
  return modelIn(row, await modelOf(registry, row));
}

/** @throws ASH-MODULE-NO-MODEL */
function modelIn(row: VersionRow, { model }: Pick<VersionModel, 'model'>): string {
  if (model !== null) return model;
  throw ashlarError('ASH-MODULE-NO-MODEL', { address: row.repository, version: row.version });
}

type Diff = Pick<VersionModel, 'before' | 'verdict' | 'declared' | 'honest' | 'changes'>;

const noDiff: Diff = { before: null, verdict: null, declared: null, honest: null, changes: null };

/** With the version that it was compared with when it was published, or the one that is before it now. */
async function diffWithBefore(registry: Registry, row: VersionRow, customer: Customer): Promise<Diff> {
  const stored = await modelOf(registry, row);
  if (stored.changes !== null) return stored;
  const rows = await registry.metadata.query.listVersions(row.repository);
  const before =
    rows.find(({ version }) => version === stored.before) ?? versionBefore(rows, row.version as Version);
  const now = modelIn(row, stored);
  const old = before && (await modelOf(registry, before)).model;
  if (before === undefined || old === undefined || old === null) return noDiff;
  return await compareModels(registry, [before, old], [row, now], customer);
}

async function diffWith(
  registry: Registry,
  row: VersionRow,
  before: VersionRow,
  customer: Customer,
): Promise<Diff> {
  const [old, now] = [await requireModel(registry, before), await requireModel(registry, row)];
  return await compareModels(registry, [before, old], [row, now], customer);
}

type Side = readonly [row: VersionRow, model: string];

async function compareModels(
  registry: Registry,
  [before, old]: Side,
  [row, now]: Side,
  customer: Customer,
): Promise<Diff> {
  const comparison = await registry.reader.compare(old, now, customer);
  const judged = judgement(before.version as Version, row.version as Version, comparison);
  return { ...judged, changes: comparison.changes };
}

/** The changes are text already, and there may be many of them. */
async function diffBytes({ repository, version }: VersionRow, diff: Diff): Promise<Buffer> {
  const { before, verdict, declared, honest, changes } = diff;
  const head = JSON.stringify({
    address: repository,
    from: before ?? undefined,
    to: version,
    verdict: verdict ?? undefined,
    declared: declared ?? undefined,
    honest: honest ?? undefined,
  });
  const list = changes === null ? Buffer.from('[]') : await unpackText(changes);
  return Buffer.concat([Buffer.from(`${head.slice(0, -1)},"changes":`), list, Buffer.from('}')]);
}
