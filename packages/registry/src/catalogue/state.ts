import { compareVersions, isPrerelease, type Version } from '@ashlar/core';

import type { VersionRow } from '../store/metadata/index.ts';

/** Versions by precedence, lowest first. */
export function sortVersions(rows: readonly VersionRow[]): VersionRow[] {
  return rows.toSorted((a, b) => compareVersions(a.version as Version, b.version as Version));
}

/** The versions that a consumer can get: all but the revoked ones. */
export function consumable(rows: readonly VersionRow[]): VersionRow[] {
  return rows.filter(({ state }) => state !== 'revoked');
}

/**
 * The versions that Terraform is shown, lowest first. A revoked one stays only while an admitted or deprecated one is
 * higher: an exact pin on it then gets the reason, and a range still finds something to fall back to. Ranges never pick
 * pre-releases, so for a release only a release counts as higher.
 */
export function terraformVersions(rows: readonly VersionRow[]): VersionRow[] {
  const sorted = sortVersions(rows);
  const usable = (row: VersionRow) => row.state !== 'revoked';
  const highest = sorted.findLastIndex(usable);
  const highestRelease = sorted.findLastIndex((row) => usable(row) && !isPrerelease(row.version as Version));
  return sorted.filter(
    (row, i) => usable(row) || i < (isPrerelease(row.version as Version) ? highest : highestRelease),
  );
}

/** The newest version for people: the highest release, or the highest pre-release when there is no release. */
export function latestVersion(rows: readonly VersionRow[]): VersionRow | undefined {
  const sorted = sortVersions(consumable(rows));
  return sorted.findLast(({ version }) => !isPrerelease(version as Version)) ?? sorted.at(-1);
}

/** What may stand in for another version, lowest first: the admitted releases, else the admitted pre-releases. */
function replacements(rows: readonly VersionRow[]): VersionRow[] {
  const admitted = sortVersions(rows.filter(({ state }) => state === 'admitted'));
  const releases = admitted.filter((row) => !isPrerelease(row.version as Version));
  return releases.length > 0 ? releases : admitted;
}

/** What to use instead of a version: the next one above it, else the highest one. */
function nearestOf(sorted: readonly VersionRow[], version: string): VersionRow | undefined {
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
export function stateSentence(row: VersionRow, rows: readonly VersionRow[]): string | undefined {
  return stateSentences(rows)(row);
}

/** As {@link stateSentence}, for many versions of a module: they are sorted once, not once for each. */
export function stateSentences(rows: readonly VersionRow[]): (row: VersionRow) => string | undefined {
  let sorted: VersionRow[] | undefined;
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
