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

/** What to use instead of a version: the next admitted one above it, else the highest admitted one. */
export function nearestAdmitted(rows: readonly VersionRow[], version: string): VersionRow | undefined {
  const admitted = sortVersions(rows.filter(({ state }) => state === 'admitted'));
  const releases = admitted.filter((row) => !isPrerelease(row.version as Version));
  const candidates = releases.length > 0 ? releases : admitted;
  return (
    candidates.find((row) => compareVersions(row.version as Version, version as Version) > 0) ??
    candidates.at(-1)
  );
}

/**
 * The one sentence about a version that is not simply admitted, the same on every protocol; undefined for an admitted
 * one. `rows` are all live versions of the module.
 */
export function stateSentence(row: VersionRow, rows: readonly VersionRow[]): string | undefined {
  if (row.state === 'admitted') return undefined;
  const name = `${row.repository}@${row.version}`;
  const replacement = row.replacement ?? nearestAdmitted(rows, row.version)?.version;
  const parts = [
    row.state === 'revoked' ? `${name} was revoked` : `${name} is deprecated${sunset(row.sunset_at)}`,
    row.reason === null ? '' : `: ${row.reason.replace(/[.\s]+$/, '')}`,
    '.',
    replacement === undefined ? '' : ` Use ${replacement} instead.`,
    row.link === null ? '' : ` See ${row.link}`,
  ];
  return parts.join('');
}

function sunset(at: number | null): string {
  return at === null ? '' : ` and should not be used after ${new Date(at).toISOString().slice(0, 10)}`;
}
