import type { Registry } from '../registry.ts';
import type { VersionRow } from '../store/metadata/index.ts';
import { takeTurns } from '../turns.ts';
import { latestVersion } from './state.ts';

/** The newest version of each module, by repository; one that offers none is left out. */
export async function latestVersions(
  { metadata: { query } }: Registry,
  repositories: readonly string[],
): Promise<Map<string, VersionRow>> {
  const found = new Map<string, VersionRow>();
  const afterRows = takeTurns();
  for (const repository of repositories) {
    const offered = await query.listOfferedVersions(repository);
    const latest = latestVersion(offered);
    const row = latest && (await query.findVersion({ repository, version: latest.version }));
    if (row) found.set(repository, row);
    await afterRows(offered.length);
  }
  return found;
}
