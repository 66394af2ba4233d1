import { compareText, compareVersions, isPrerelease, type Version, versionOrder } from '@ashlar/core';

import type { VersionStateRow } from '../store/metadata/index.ts';

type Named = Pick<VersionStateRow, 'version'>;
type Offered = Pick<VersionStateRow, 'version' | 'state'>;

/** Versions by precedence, lowest first. */
export function sortVersions<Row extends Named>(rows: readonly Row[]): Row[] {
  return rows
    .map((row) => ({ row, order: versionOrder(row.version as Version) }))
    .toSorted((a, b) => compareText(a.order, b.order))
    .map(({ row }) => row);
}

/** The versions that a consumer can get: all but the revoked ones. */
export function consumable<Row extends Offered>(rows: readonly Row[]): Row[] {
  return rows.filter(({ state }) => state !== 'revoked');
}

/**
 * The versions that Terraform is shown, lowest first. A revoked one stays only while an admitted or deprecated one is
 * higher: an exact pin on it then gets the reason, and a range still finds something to fall back to. Ranges never pick
 * pre-releases, so for a release only a release counts as higher.
 */
export function terraformVersions<Row extends Offered>(rows: readonly Row[]): Row[] {
  const sorted = sortVersions(rows);
  const usable = (row: Row) => row.state !== 'revoked';
  const highest = sorted.findLastIndex(usable);
  const highestRelease = sorted.findLastIndex((row) => usable(row) && !isPrerelease(row.version as Version));
  return sorted.filter(
    (row, i) => usable(row) || i < (isPrerelease(row.version as Version) ? highest : highestRelease),
  );
}

/** The newest version for people: the highest release, or the highest pre-release when there is no release. */
export function latestVersion<Row extends Offered>(rows: readonly Row[]): Row | undefined {
  const usable = consumable(rows);
  return highest(usable.filter(({ version }) => !isPrerelease(version as Version))) ?? highest(usable);
}

function highest<Row extends Named>(rows: readonly Row[]): Row | undefined {
  let found: Row | undefined;
  let most = '';
  for (const row of rows) {
    const order = versionOrder(row.version as Version);
    if (order > most) [found, most] = [row, order];
  }
  return found;
}

/** What may stand in for another version, lowest first: the admitted releases, else the admitted pre-releases. */
function replacements<Row extends Offered>(rows: readonly Row[]): Row[] {
  const admitted = sortVersions(rows.filter(({ state }) => state === 'admitted'));
  const releases = admitted.filter((row) => !isPrerelease(row.version as Version));
  return releases.length > 0 ? releases : admitted;
}

/** What to use instead of a version: the next one above it, else the highest one. */
function nearestOf<Row extends Named>(sorted: readonly Row[], version: string): Row | undefined {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareVersions(sorted[middle]!.version as Version, version as Version) > 0) high = middle;
    else low = middle + 1;
  }
  return sorted[low] ?? sorted.at(-1);
}

/**
 * The one sentence about a version that is not simply admitted, the same on every protocol; undefined for an admitted
 * one. `rows` are all live versions of the module.
 */
export function stateSentence(row: VersionStateRow, rows: readonly Offered[]): string | undefined {
  return stateSentences(rows)(row);
}

/** As {@link stateSentence}, for many versions of a module: they are sorted once, not once for each. */
export function stateSentences(rows: readonly Offered[]): (row: VersionStateRow) => string | undefined {
  let sorted: Offered[] | undefined;
  return (row) => {
    if (row.state === 'admitted') return undefined;
    const name = `${row.repository}@${row.version}`;
    const replacement = row.replacement ?? nearestOf((sorted ??= replacements(rows)), row.version)?.version;
    const parts = [
      row.state === 'revoked' ? `${name} was revoked` : `${name} is deprecated${sunset(row.sunset_at)}`,
      row.reason === null ? '' : `: ${row.reason.replace(/[.\s]+$/, '')}`,
      '.',
      replacement === undefined ? '' : ` Use ${replacement} instead.`,
      row.link === null ? '' : ` See ${row.link}`,
    ];
    return parts.join('');
  };
}

function sunset(at: number | null): string {
  return at === null ? '' : ` and should not be used after ${new Date(at).toISOString().slice(0, 10)}`;
}
