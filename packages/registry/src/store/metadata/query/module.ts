import { setImmediate } from 'node:timers/promises';

import { limits } from '@ashlar/core';
import { type Kysely, type Selectable, sql } from 'kysely';

import { takeTurns } from '../../../turns.ts';
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

const stateColumns = [
  'repository',
  'version',
  'digest',
  'documentation',
  'state',
  'reason',
  'link',
  'replacement',
  'sunset_at',
] as const satisfies readonly (keyof VersionRow)[];

/** What decides whether a version is offered, and with which words, and where it comes from. */
export type VersionStateRow = Pick<VersionRow, (typeof stateColumns)[number]>;

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

const statesOfModule = prepared((db, input: { readonly repository: string }) =>
  db
    .selectFrom('version')
    .select(stateColumns)
    .where('repository', '=', input.repository)
    .where('deleted_at', 'is', null),
);

/** As {@link listVersions}, with what thousands of them can be read of at once. */
export async function listVersionStates(db: Kysely<Schema>, repository: string): Promise<VersionStateRow[]> {
  return await statesOfModule(db, { repository });
}

export type OfferedVersion = Pick<VersionRow, 'repository' | 'version' | 'state'>;

/** The versions of some modules that are neither deleted nor revoked, in no particular order, out of an index alone. */
export async function listOfferedVersions(
  db: Kysely<Schema>,
  repositories: readonly string[],
): Promise<OfferedVersion[]> {
  const query = db
    .selectFrom('version')
    .select(['repository', 'version', 'state'])
    .where('deleted_at', 'is', null)
    .where('state', '<>', 'revoked');
  return await inChunks(
    repositories,
    async (chunk) => await query.where('repository', 'in', chunk).execute(),
  );
}

/** Some versions, as far as they are not deleted. */
export async function findVersions(
  db: Kysely<Schema>,
  versions: readonly Pick<VersionRow, 'repository' | 'version'>[],
): Promise<VersionRow[]> {
  return await inChunks(
    versions,
    async (chunk) =>
      await db
        .selectFrom('version')
        .select(versionColumns)
        .where(({ eb, refTuple, tuple }) =>
          eb(
            refTuple('repository', 'version'),
            'in',
            chunk.map(({ repository, version }) => tuple(repository, version)),
          ),
        )
        .where('deleted_at', 'is', null)
        .execute(),
  );
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

/** How many days are summed up at once: of each there is a row for every version that was downloaded. */
const daysAtOnce = 60;

const downloadsOfDays = prepared((db, input: { readonly repository: string; readonly after: string }) =>
  db
    .selectFrom('download')
    .select(({ fn }) => ['day', fn.sum<number>('count').as('total'), fn.countAll<number>().as('rows')])
    .where('repository', '=', input.repository)
    .where('day', '>', input.after)
    .groupBy('day')
    .orderBy('day')
    .limit(daysAtOnce),
);

/** Downloads of a module since a day (inclusive), or of all time. */
export async function countDownloads(
  db: Kysely<Schema>,
  input: { readonly repository: string; readonly since?: string | undefined },
): Promise<number> {
  return await sumDownloads(db, input, takeTurns());
}

async function sumDownloads(
  db: Kysely<Schema>,
  { repository, since }: { readonly repository: string; readonly since?: string | undefined },
  afterRows: ReturnType<typeof takeTurns>,
): Promise<number> {
  let total = 0;
  // No text of a day lies between two days.
  let after = since === undefined ? '' : dayBefore(since);
  for (;;) {
    const days = await downloadsOfDays(db, { repository, after });
    for (const day of days) total += Number(day.total);
    if (days.length < daysAtOnce) return total;
    after = days.at(-1)!.day;
    await afterRows(days.reduce((sum, { rows }) => sum + Number(rows), 0));
  }
}

function dayBefore(day: string): string {
  return new Date(Date.parse(day) - 86_400_000).toISOString().slice(0, 10);
}

/** Downloads of all time, of many modules; those without are left out. */
export async function countDownloadsOf(
  db: Kysely<Schema>,
  repositories: readonly string[],
): Promise<Map<string, number>> {
  const afterRows = takeTurns();
  const totals = new Map<string, number>();
  for (const repository of repositories) {
    const total = await sumDownloads(db, { repository }, afterRows);
    if (total > 0) totals.set(repository, total);
  }
  return totals;
}

function words(search: string | undefined): string[] {
  return (search ?? '').toLowerCase().split(/\s+/).filter(Boolean).slice(0, limits.searchWords.value);
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, (character) => `\\${character}`);
}
