import type { Registry } from '../registry.ts';
import type { VersionRow } from '../store/metadata/index.ts';
import { takeTurns } from '../turns.ts';
import { latestVersion } from './state.ts';

/** Modules of which all versions are read in one turn: few, as each may have thousands. */
const modulesAtOnce = 10;

/** The newest version of each module, by repository; one that offers none is left out. */
export async function latestVersions(
  { metadata: { query } }: Registry,
  repositories: readonly string[],
): Promise<Map<string, VersionRow>> {
  const found = new Map<string, VersionRow>();
  const afterRows = takeTurns();
  for (let start = 0; start < repositories.length; start += modulesAtOnce) {
    const offered = await query.listOfferedVersions(repositories.slice(start, start + modulesAtOnce));
    const latest = [...Map.groupBy(offered, ({ repository }) => repository).values()].flatMap(
      (versions) => latestVersion(versions) ?? [],
    );
    for (const row of await query.findVersions(latest)) found.set(row.repository, row);
    await afterRows(offered.length);
  }
  return found;
}
