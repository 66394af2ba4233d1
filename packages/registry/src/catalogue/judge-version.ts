import {
  ashlarError,
  type Bump,
  bumpOf,
  compareVersions,
  type Honesty,
  honestyOf,
  isPrerelease,
  limits,
  printable,
  type Problem,
  type Repository,
  verdictOf,
  type Version,
} from '@ashlar/core';

import type { Comparison, ReadModule } from '../reading/index.ts';
import type { Registry } from '../registry.ts';
import type { ModelInput, VersionRow } from '../store/metadata/index.ts';
import { modelOf } from './version-model.ts';
import { consumable, sortVersions } from './state.ts';

interface Candidate {
  readonly repository: Extract<Repository, { kind: 'module' }>;
  readonly versions: readonly Version[];
  /** The live versions of the module. */
  readonly rows: readonly VersionRow[];
  readonly read: ReadModule;
}

/**
 * Compares versions that are about to be published with those before them; gives what to keep of each, in their order.
 * @throws ASH-MODULE-UNREADABLE ASH-MODULE-TOO-COMPLEX, and ASH-VERSION-DISHONEST where the namespace insists
 */
export async function judgeVersions(
  registry: Registry,
  { repository, versions, rows, read }: Candidate,
): Promise<(ModelInput | undefined)[]> {
  requireReadable(repository, read);
  const namespace = await registry.metadata.query.findNamespace(repository.namespace);
  const models: (ModelInput | undefined)[] = [];
  for (const version of versions) {
    if (rows.some((row) => row.version === version)) {
      models.push(undefined);
      continue;
    }
    const judged = await judge(registry, repository, version, rows, read.model);
    if (namespace?.honest_versions === 'required') {
      requireComparable(read);
      requireHonest(repository, version, judged);
      await requireHonestNext(registry, repository, version, rows, read.model);
    }
    models.push({ model: read.model ?? null, readmes: read.readmes ?? null, ...kept(judged) });
  }
  return models;
}

/** The sentence names so many of the places. */
const told = 3;

/** Sources that do not fit to a template are no reason to refuse it. @throws ASH-MODULE-UNREADABLE */
function requireReadable({ module }: Candidate['repository'], { isModule, problems }: ReadModule): void {
  if (module.language === 'bicep') {
    if (isModule) return;
    throw ashlarError('ASH-MODULE-UNREADABLE', { reason: 'main.json is not a template for a deployment' });
  }
  if (problems.length === 0) return;
  const more = problems.length > told ? `, and ${problems.length - told} more` : '';
  const reason = `${problems.slice(0, told).map(sentenceOf).join('; ')}${more}`;
  throw ashlarError('ASH-MODULE-UNREADABLE', { reason });
}

function sentenceOf({ message, at }: Problem): string {
  const words = message.replace(/\.$/, '').slice(0, 300);
  const text = at === undefined ? words : `${at.file}, line ${at.line}, column ${at.column}: ${words}`;
  return printable(text).replaceAll(/[\r\n\t]/g, '\u{fffd}');
}

export interface Judgement {
  readonly before: string;
  readonly comparison: Comparison;
  readonly verdict: Bump;
  /** Null where the number promises nothing. */
  readonly declared: Bump | null;
  readonly honest: Honesty | null;
}

async function judge(
  registry: Registry,
  { namespace }: Candidate['repository'],
  version: Version,
  rows: readonly VersionRow[],
  model: string | undefined,
): Promise<Judgement | undefined> {
  const before = versionBefore(rows, version);
  const old = before && (await modelOf(registry, before, { hasRoom: true })).model;
  if (before === undefined || old === undefined || old === null || model === undefined) return undefined;
  return judgement(
    before.version as Version,
    version,
    await registry.reader.compare(old, model, { kind: 'publisher', namespace }),
  );
}

/** What the number of a version says beside what changed since another one. */
export function judgement(before: Version, version: Version, comparison: Comparison): Judgement {
  const changes = comparison.gravest === undefined ? [] : [{ class: comparison.gravest }];
  const verdict = verdictOf(changes, before);
  const declared = bumpOf(before, version);
  return {
    before,
    comparison,
    verdict,
    declared: declared ?? null,
    honest: declared === undefined ? null : honestyOf(declared, verdict),
  };
}

/**
 * The version that another one is compared with: the highest below it that can be used; for a release only a release.
 */
export function versionBefore(rows: readonly VersionRow[], version: Version): VersionRow | undefined {
  return sortVersions(consumable(rows)).findLast(
    (row) =>
      compareVersions(row.version as Version, version) < 0 &&
      (isPrerelease(version) || !isPrerelease(row.version as Version)),
  );
}

/** The other way round: the lowest release above a release. Nobody comes to a pre-release without naming it. */
function releaseAfter(rows: readonly VersionRow[], version: Version): VersionRow | undefined {
  if (isPrerelease(version)) return undefined;
  return sortVersions(consumable(rows)).find(
    (row) => compareVersions(row.version as Version, version) > 0 && !isPrerelease(row.version as Version),
  );
}

function kept(judged: Judgement | undefined): Omit<ModelInput, 'model' | 'readmes'> {
  if (judged === undefined)
    return { before: null, changes: null, verdict: null, declared: null, honest: null };
  const { before, comparison, verdict, declared, honest } = judged;
  // More of them are found out again when somebody asks.
  const changes = comparison.size <= limits.moduleModel.value ? comparison.changes : null;
  return { before, changes, verdict, declared, honest };
}

/** Nobody gets around the comparison by being too large for it. @throws ASH-MODULE-TOO-COMPLEX */
function requireComparable({ isModule, model }: ReadModule): void {
  if (!isModule || model !== undefined) return;
  const { value } = limits.moduleModel;
  const reason = `its inputs, outputs, types and resources make more than ${value} characters of JSON`;
  throw ashlarError('ASH-MODULE-TOO-COMPLEX', { reason });
}

function requireHonest(
  { name }: Candidate['repository'],
  version: Version,
  judged: Judgement | undefined,
): void {
  if (judged?.honest !== 'too small') return;
  const previous = judged.before;
  throw ashlarError('ASH-VERSION-DISHONEST', { address: name, version, previous, ...factsOf(judged) });
}

/** A version that comes in between must not make the one after it dishonest. @throws ASH-VERSION-DISHONEST-NEXT */
async function requireHonestNext(
  registry: Registry,
  { name, namespace }: Candidate['repository'],
  version: Version,
  rows: readonly VersionRow[],
  model: string | undefined,
): Promise<void> {
  const next = releaseAfter(rows, version);
  const now = next && (await modelOf(registry, next, { hasRoom: true })).model;
  if (next === undefined || now === undefined || now === null || model === undefined) return;
  const comparison = await registry.reader.compare(model, now, { kind: 'publisher', namespace });
  const judged = judgement(version, next.version as Version, comparison);
  if (judged.honest !== 'too small') return;
  throw ashlarError('ASH-VERSION-DISHONEST-NEXT', {
    address: name,
    version,
    next: next.version,
    ...factsOf(judged),
  });
}

function factsOf({ declared, verdict, comparison }: Judgement) {
  const changes = comparison.first.map((message) => sentenceOf({ message })).join('; ');
  return { declared: declared!, verdict, changes };
}
