import type { Secret } from '../config/index.ts';
import { newId } from '../gateway/random.ts';
import { rm, writeFile } from '../gateway/file-system.ts';
import { hashToken, newToken } from '../identity/index.ts';
import type { Registry } from '../registry.ts';
import type { DataFolder } from '../store/data-folder.ts';

const admin = { scopes: JSON.stringify(['manage:*']), parent: null, expiresAt: null };

/**
 * Makes sure that somebody can administer the registry: with the preset token, else with one that is made on the
 * first start, returned once and written to the data folder.
 */
export async function ensureAdminToken(
  { metadata, clock }: Registry,
  folder: DataFolder,
  preset: Secret | undefined,
): Promise<string | undefined> {
  const now = clock.now();
  if (preset !== undefined) {
    await metadata.command.presetToken({
      ...admin,
      now,
      id: newId(now),
      name: 'admin (preset)',
      hash: hashToken(preset.reveal()),
    });
    return undefined;
  }
  if ((await metadata.query.listTokens({})).length > 0) return undefined;
  const token = newToken();
  // The file first: a token that nobody knows would lock everybody out. A new one, so that no earlier mode stays.
  await rm(folder.adminToken, { force: true });
  await writeFile(folder.adminToken, `${token}\n`, { mode: 0o600, flag: 'wx' });
  await metadata.command.createToken({
    ...admin,
    now,
    id: newId(now),
    name: 'admin',
    hash: hashToken(token),
  });
  return token;
}
