import { ashlarError, limits, normaliseVersion } from '@ashlar/core';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';

import {
  consumable,
  latestVersion,
  latestVersions,
  listableNamespaces,
  modelOf,
  requireRepository,
  resolveVersion,
  sortVersions,
} from '../../catalogue/index.ts';
import { moduleDetail, unpackText } from '../../reading/index.ts';
import type { Registry } from '../../registry.ts';
import { sendJsonText } from '../../server/json-text.ts';
import { visitorOf } from '../../server/visitor.ts';
import { needs } from '../../server/route-table.ts';
import type { ModuleRow, VersionRow, VersionStateRow } from '../../store/metadata/index.ts';
import { addressOf, modulePath, repositoryOf, versionPath } from './address.ts';
import { sourceAnnotations, sourceOf, versionKey } from './module-source.ts';

const defaultLimit = 15;
const maxLimit = limits.terraformPage.value;

const list = { config: { permission: { kind: 'filtered' } } } as const;
const module = { config: { permission: needs('read', 'repository', 'ASH-MODULE-UNKNOWN') } };

const filterText = z.string().max(limits.search.value).optional();

const listQuery = z.object({
  q: filterText,
  offset: z.coerce.number().int().nonnegative().catch(0),
  limit: z.coerce
    .number()
    .int()
    .positive()
    .catch(defaultLimit)
    .transform((limit) => Math.min(limit, maxLimit)),
  provider: filterText,
  namespace: filterText,
  verified: filterText,
});

/** The extended API of the public registry: lists, search, latest and details. */
export function catalogueRoutes(app: FastifyInstance, registry: Registry): void {
  app.get('/', list, async (request) => await listPage(registry, request, {}));
  app.get('/search', list, async (request) => {
    const { q } = readQuery(request);
    if (!q?.trim()) throw ashlarError('ASH-REQUEST-INVALID', { reason: 'the parameter q is missing' });
    return await listPage(registry, request, { search: q });
  });
  app.get('/:namespace', list, async (request) => {
    const { namespace } = request.params as { namespace: string };
    return await listPage(registry, request, { namespace });
  });
  app.get('/:namespace/:name', list, async (request) => {
    const { namespace, name } = request.params as { namespace: string; name: string };
    return await listPage(registry, request, { namespace, name });
  });
  app.get('/:namespace/:name/:system', module, async (request, reply) => {
    const module = await readModule(registry, request, modulePath.parse(request.params));
    const newest = latestVersion(module.rows);
    const latest = newest && (await registry.metadata.query.findVersion(newest));
    if (!latest) throw module.missing();
    return sendJsonText(reply, await detail(registry, request, module, latest));
  });
  app.get('/:namespace/:name/:system/:version', module, async (request, reply) => {
    const path = versionPath.parse(request.params);
    const module = await readModule(registry, request, path);
    const version = await resolveVersion(registry, addressOf(path), normaliseVersion(path.version));
    return sendJsonText(reply, await detail(registry, request, module, version));
  });
  app.get('/:namespace/:name/:system/download', module, async (request, reply) => {
    const path = modulePath.parse(request.params);
    const { rows, missing } = await readModule(registry, request, path);
    const latest = latestVersion(rows);
    if (!latest) throw missing();
    const { namespace, name, system } = path;
    return reply.redirect(`/v1/modules/${namespace}/${name}/${system}/${latest.version}/download`, 302);
  });
}

/** `/v2/modules/…/downloads/summary`; registered before the OCI router, whose `/v2/` it shares. */
export function downloadsSummaryRoute(app: FastifyInstance, registry: Registry): void {
  app.get('/v2/modules/:namespace/:name/:system/downloads/summary', module, async (request) => {
    const path = modulePath.parse(request.params);
    const { row } = await readModule(registry, request, path);
    const since = (days: number) =>
      new Date(registry.clock.now() - days * 86_400_000).toISOString().slice(0, 10);
    const { repository } = row;
    const count = async (day?: string) =>
      await registry.metadata.query.countDownloads({ repository, since: day });
    return {
      data: {
        type: 'module-downloads-summary',
        id: row.address.slice('terraform/'.length),
        attributes: {
          week: await count(since(7)),
          month: await count(since(30)),
          year: await count(since(365)),
          total: await count(),
        },
      },
    };
  });
}

interface Filter {
  readonly search?: string;
  readonly namespace?: string;
  readonly name?: string;
}

async function listPage(registry: Registry, request: FastifyRequest, filter: Filter) {
  const query = readQuery(request);
  const { offset, limit } = query;
  const modules = query.verified === 'true' ? [] : await findModules(registry, request, filter, query);
  const shown = await listItems(registry, request, modules.slice(0, limit));
  const next = modules.length > limit ? offset + limit : undefined;
  return {
    meta: {
      limit,
      current_offset: offset,
      ...(next === undefined ? {} : { next_offset: next, next_url: pageUrl(request, next) }),
      ...(offset > 0 ? { prev_offset: Math.max(offset - limit, 0) } : {}),
    },
    modules: shown,
  };
}

/** @throws ASH-REQUEST-INVALID */
function readQuery(request: FastifyRequest): z.infer<typeof listQuery> {
  const parsed = listQuery.safeParse(request.query);
  if (parsed.success) return parsed.data;
  const names = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
  throw ashlarError('ASH-REQUEST-INVALID', {
    reason: `${names}: give one value of at most ${limits.search.value} characters`,
  });
}

async function findModules(
  registry: Registry,
  request: FastifyRequest,
  filter: Filter,
  { offset, limit, provider, namespace }: z.infer<typeof listQuery>,
): Promise<ModuleRow[]> {
  const wanted = (filter.namespace ?? namespace)?.toLowerCase();
  const readable = await listableNamespaces(registry, request.caller);
  return await registry.metadata.query.listModules({
    namespaces: wanted === undefined ? readable : readable.filter((name) => name === wanted),
    language: 'terraform',
    system: provider,
    name: filter.name?.toLowerCase(),
    search: filter.search,
    offset,
    limit: limit + 1,
  });
}

function pageUrl(request: FastifyRequest, offset: number): string {
  const [path, query = ''] = request.raw.url!.split('?', 2) as [string, string?];
  const parameters = new URLSearchParams(query);
  parameters.set('offset', String(offset));
  return `${path}?${parameters.toString()}`;
}

async function readModule(registry: Registry, request: FastifyRequest, path: z.infer<typeof modulePath>) {
  const address = addressOf(path);
  const missing = () => ashlarError('ASH-MODULE-UNKNOWN', { address: address.repository });
  await requireRepository(registry, request.caller, 'read', repositoryOf(address), missing);
  const row = await registry.metadata.query.findModule(address.repository);
  if (!row) throw missing();
  return { row, rows: await registry.metadata.query.listVersionStates(address.repository), missing };
}

/** Modules in a list, each by its latest version; all that is shown of them is read at once. */
async function listItems(registry: Registry, request: FastifyRequest, modules: readonly ModuleRow[]) {
  const { query } = registry.metadata;
  const repositories = modules.map(({ repository }) => repository);
  const versions = await latestVersions(registry, repositories);
  const listed = modules.flatMap((module) => {
    const version = versions.get(module.repository);
    return version === undefined ? [] : [{ module, version }];
  });
  const annotations = await sourceAnnotations(
    registry,
    listed.map(({ version }) => version),
  );
  const downloads = await query.countDownloadsOf(repositories);
  return listed.map(({ module, version }) =>
    listItem(request, module, version, {
      annotations: annotations.get(versionKey(version)),
      downloads: downloads.get(module.repository) ?? 0,
    }),
  );
}

interface Besides {
  readonly annotations: string | undefined;
  readonly downloads: number;
}

/** One module in a list, by one of its versions. */
function listItem(
  request: FastifyRequest,
  module: ModuleRow,
  version: VersionRow,
  { annotations, downloads }: Besides,
) {
  const [, namespace, name, system] = module.address.split('/') as [string, string, string, string];
  return {
    id: `${namespace}/${name}/${system}/${version.version}`,
    owner: namespace,
    namespace,
    name,
    version: version.version,
    provider: system,
    description: version.description,
    source: sourceOf(request, module.repository, version, annotations),
    published_at: new Date(version.published_at).toISOString(),
    downloads,
    verified: false,
  };
}

async function detail(
  registry: Registry,
  request: FastifyRequest,
  { row, rows }: { readonly row: ModuleRow; readonly rows: readonly VersionStateRow[] },
  version: VersionRow,
) {
  const [, namespace, name, system] = row.address.split('/') as [string, string, string, string];
  const { query } = registry.metadata;
  const annotations = (await sourceAnnotations(registry, [version])).get(versionKey(version));
  const downloads = await query.countDownloads({ repository: row.repository });
  const siblings = await query.listModules({
    namespaces: [row.namespace],
    language: 'terraform',
    name: name.toLowerCase(),
    limit: maxLimit,
  });
  const head = {
    ...listItem(request, row, version, { annotations, downloads }),
    providers: siblings.map((sibling) => sibling.repository.split('/').at(-1)!),
    versions: sortVersions(consumable(rows)).map((each) => each.version),
    namespace,
    provider: system,
  };
  const content = await contentOf(registry, request, version, name);
  return `${JSON.stringify(head).slice(0, -1)},${content.slice(1)}`;
}

/** Characters of JSON that are read at once: of more the other requests would notice. */
const shortText = 512 * 1024;

/** What the version is made of, as JSON. */
async function contentOf(
  registry: Registry,
  request: FastifyRequest,
  version: VersionRow,
  name: string,
): Promise<string> {
  const readme = (await registry.metadata.query.findReadme(version)) ?? '';
  const { model, readmes } = await modelOf(registry, version);
  const [modelText, readmesText] = await Promise.all([model, readmes].map(unpacked));
  const input = { model: modelText!, readmes: readmesText!, name, readme };
  if ((modelText?.length ?? 0) <= shortText) return moduleDetail(input);
  return await registry.reader.detail(input, visitorOf(request, version.repository));
}

async function unpacked(text: string | null): Promise<string | null> {
  return text === null ? null : (await unpackText(text)).toString('utf8');
}
