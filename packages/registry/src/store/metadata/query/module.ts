import { setImmediate } from 'node:timers/promises';

import { type Kysely, type Selectable, sql } from 'kysely';

import { inChunks } from '../chunk.ts';
import type { Schema } from '../schema.ts';
import { byNameFirst } from './page.ts';
import { prepared } from './prepared.ts';

export type ModuleRow = Selectable<Schema['module']>;
/** A version without its readme, which may be large and is read by {@link findReadme} where it is shown. */
export type VersionRow = Omit<Selectable<Schema['version']>, 'readme'>;

const versionColumns = [
  'repository',
  'version',
  'digest',
  'content_digest',
  'archive_digest',
  'archive_size',
  'description',
  'documentation',
  'state',
  'reason',
  'link',
  'replacement',
  'sunset_at',
  'previous',
  'published_at',
  'published_by',
  'deleted_at',
] as const satisfies readonly (keyof VersionRow)[];

export async function findModule(db: Kysely<Schema>, repository: string): Promise<ModuleRow | undefined> {
  return await db.selectFrom('module').selectAll().where('repository', '=', repository).executeTakeFirst();
}

const versionByName = prepared((db, input: { readonly repository: string; readonly version: string }) =>
  db
    .selectFrom('version')
    .select(versionColumns)
    .where('repository', '=', input.repository)
    .where('version', '=', input.version)
    .where('deleted_at', 'is', null),
);

/** A version that is not deleted. */
export async function findVersion(
  db: Kysely<Schema>,
  { repository, version }: { readonly repository: string; readonly version: string },
): Promise<VersionRow | undefined> {
  return (await versionByName(db, { repository, version }))[0];
}

/** The readme of a version, if it has one. */
export async function findReadme(
  db: Kysely<Schema>,
  { repository, version }: { readonly repository: string; readonly version: string },
): Promise<string | undefined> {
  const row = await db
    .selectFrom('version')
    .select('readme')
    .where('repository', '=', repository)
    .where('version', '=', version)
    .where('deleted_at', 'is', null)
    .executeTakeFirst();
  return row?.readme ?? undefined;
}

const versionsByDigest = prepared((db, input: { readonly repository: string; readonly digest: string }) =>
  db
    .selectFrom('version')
    .select(versionColumns)
    .where('repository', '=', input.repository)
    .where('digest', '=', input.digest)
    .where('deleted_at', 'is', null)
    .orderBy('version'),
);

/** The live versions of a digest, in ASCII order. */
export async function findVersionsByDigest(
  db: Kysely<Schema>,
  { repository, digest }: { readonly repository: string; readonly digest: string },
): Promise<VersionRow[]> {
  return await versionsByDigest(db, { repository, digest });
}

const versionsOfModule = prepared((db, input: { readonly repository: string }) =>
  db
    .selectFrom('version')
    .select(versionColumns)
    .where('repository', '=', input.repository)
    .where('deleted_at', 'is', null),
);

/** All versions of a module that are not deleted, in no particular order. */
export async function listVersions(db: Kysely<Schema>, repository: string): Promise<VersionRow[]> {
  return await versionsOfModule(db, { repository });
}

/** As {@link listVersions}, for many modules at once; a module without versions is left out. */
export async function listVersionsOf(
  db: Kysely<Schema>,
  repositories: readonly string[],
): Promise<Map<string, VersionRow[]>> {
  const query = db.selectFrom('version').select(versionColumns).where('deleted_at', 'is', null);
  const rows = await inChunks(
    repositories,
    async (chunk) => await query.where('repository', 'in', chunk).execute(),
  );
  return Map.groupBy(rows, (row) => row.repository);
}

export interface ModuleFilter {
  /** All when undefined. */
  readonly namespaces: readonly string[] | undefined;
  readonly language?: 'bicep' | 'terraform' | undefined;
  readonly class?: 'resource' | 'pattern' | 'utility' | undefined;
  /** The last segment of a Terraform address. */
  readonly system?: string | undefined;
  /** The name in a Terraform address, in lower case. */
  readonly name?: string | undefined;
  /** Words that must all occur in the address or in the description of a version. */
  readonly search?: string | undefined;
  readonly offset?: number | undefined;
  readonly limit: number;
}

/** How many modules are searched at once. With twenty versions each that takes about ten milliseconds. */
const searchedAtOnce = 500;

/** Modules with at least one version that is neither deleted nor revoked, by address. */
export async function listModules(db: Kysely<Schema>, filter: ModuleFilter): Promise<ModuleRow[]> {
  if (words(filter.search).length === 0) return await listBetween(db, filter, {});
  // A search looks at everything, and answers of the store let nobody else have a turn.
  const { offset = 0, limit } = filter;
  const found: ModuleRow[] = [];
  let after: string | undefined;
  while (found.length < offset + limit) {
    const upTo = await nthModule(db, after, searchedAtOnce);
    const rest = { ...filter, offset: 0, limit: offset + limit - found.length };
    found.push(...(await listBetween(db, rest, { after, upTo })));
    if (upTo === undefined) break;
    after = upTo;
    await setImmediate();
  }
  return found.slice(offset);
}

async function nthModule(
  db: Kysely<Schema>,
  after: string | undefined,
  n: number,
): Promise<string | undefined> {
  let query = db.selectFrom('module').select('repository').orderBy('repository');
  if (after !== undefined) query = query.where('repository', '>', after);
  return (
    await query
      .limit(1)
      .offset(n - 1)
      .executeTakeFirst()
  )?.repository;
}

interface Between {
  /** Not this one. */
  readonly after?: string | undefined;
  /** And this one. */
  readonly upTo?: string | undefined;
}

async function listBetween(
  db: Kysely<Schema>,
  filter: ModuleFilter,
  { after, upTo }: Between,
): Promise<ModuleRow[]> {
  let query = db
    .selectFrom('module')
    .selectAll()
    .where(({ exists, selectFrom }) =>
      exists(
        selectFrom('version')
          .select('version.version')
          .whereRef('version.repository', '=', 'module.repository')
          .where('version.deleted_at', 'is', null)
          .where('version.state', '<>', 'revoked'),
      ),
    )
    .orderBy('module.repository');
  if (after !== undefined) query = query.where('repository', '>', after);
  if (upTo !== undefined) query = query.where('repository', '<=', upTo);
  if (filter.language !== undefined) query = query.where('language', '=', filter.language);
  if (filter.class !== undefined) query = query.where('class', '=', filter.class);
  if (filter.system !== undefined) {
    query = query.where(
      sql<boolean>`module.repository like ${`%/${escapeLike(filter.system.toLowerCase())}`} escape '\\'`,
    );
  }
  if (filter.name !== undefined) {
    query = query.where(
      sql<boolean>`module.repository like ${`%/%/${escapeLike(filter.name)}/%`} escape '\\'`,
    );
  }
  for (const word of words(filter.search)) {
    const pattern = `%${escapeLike(word)}%`;
    query = query.where(
      sql<boolean>`(module.repository like ${pattern} escape '\\' or exists (
        select 1 from version where version.repository = module.repository and version.deleted_at is null
          and version.state <> 'revoked' and lower(version.description) like ${pattern} escape '\\'))`,
    );
  }
  const { namespaces, offset = 0, limit } = filter;
  if (namespaces === undefined) return await query.offset(offset).limit(limit).execute();
  // A page may lie in any piece, so each gives all that could be before its end.
  query = query.limit(offset + limit);
  const rows = await inChunks(
    namespaces,
    async (chunk) => await query.where(byNameFirst('module.namespace'), 'in', chunk).execute(),
  );
  return rows.toSorted((a, b) => (a.repository < b.repository ? -1 : 1)).slice(offset, offset + limit);
}

/** Downloads of a module since a day (inclusive), or of all time. */
export async function countDownloads(
  db: Kysely<Schema>,
  input: {
    readonly repository: string;
    readonly version?: string | undefined;
    readonly since?: string | undefined;
  },
): Promise<number> {
  let query = db
    .selectFrom('download')
    .select(({ fn }) => fn.sum<number | null>('count').as('total'))
    .where('repository', '=', input.repository);
  if (input.version !== undefined) query = query.where('version', '=', input.version);
  if (input.since !== undefined) query = query.where('day', '>=', input.since);
  const row = await query.executeTakeFirst();
  return Number(row?.total ?? 0);
}

/** Downloads of all time, of many modules at once; those without are left out. */
export async function countDownloadsOf(
  db: Kysely<Schema>,
  repositories: readonly string[],
): Promise<Map<string, number>> {
  const query = db
    .selectFrom('download')
    .select(({ fn }) => ['repository', fn.sum<number>('count').as('total')])
    .groupBy('repository');
  const rows = await inChunks(
    repositories,
    async (chunk) => await query.where('repository', 'in', chunk).execute(),
  );
  return new Map(rows.map(({ repository, total }) => [repository, Number(total)]));
}

function words(search: string | undefined): string[] {
  return (search ?? '').toLowerCase().split(/\s+/).filter(Boolean).slice(0, 8);
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, (character) => `\\${character}`);
}
