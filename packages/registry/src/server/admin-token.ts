import type { Secret } from '../config/index.ts';
import { crashPoint } from '../gateway/crash-point.ts';
import { newId } from '../gateway/random.ts';
import { rm, syncFolder, writeFile } from '../gateway/file-system.ts';
import { covers, hashToken, newToken, presetTokenName, scopesOf } from '../identity/index.ts';
import type { Registry } from '../registry.ts';
import type { DataFolder } from '../store/data-folder.ts';
import type { MetadataStore, TokenRow } from '../store/metadata/index.ts';

const admin = { scopes: JSON.stringify(['manage:*']), parent: null, expiresAt: null };

/**
 * Makes sure that somebody can administer the registry: with the preset token, else with one that is made on the
 * first start, or on a later one that finds no administrator left. It is returned once and written to the data folder.
 */
export async function ensureAdminToken(
  { metadata, clock }: Registry,
  folder: DataFolder,
  preset: Secret | undefined,
): Promise<string | undefined> {
  const now = clock.now();
  const tokens = await metadata.query.listTokens({});
  const presets = tokens.filter((row) => row.name === presetTokenName && row.revoked_at === null);
  // What is as it should be is left alone: a start must not need a database that takes changes.
  if (preset !== undefined) {
    const hash = hashToken(preset.reveal());
    if (presets.length === 1 && isPreset(presets[0]!, hash)) return undefined;
    await metadata.command.presetToken({ ...admin, now, id: newId(now), name: presetTokenName, hash });
    return undefined;
  }
  // Who takes the preset away means to end it.
  if (presets.length > 0) await metadata.command.endPresets({ now, name: presetTokenName });
  if (await hasAdministrator(metadata, now)) return undefined;
  const token = newToken();
  // The file first, and durable: a token that nobody knows would lock everybody out. A new one, so that no earlier
  // mode stays.
  await rm(folder.adminToken, { force: true });
  await writeFile(folder.adminToken, `${token}\n`, { mode: 0o600, flag: 'wx', flush: true });
  await syncFolder(folder.path);
  crashPoint('admin-token.written');
  await metadata.command.createToken({
    ...admin,
    now,
    id: newId(now),
    name: 'admin',
    hash: hashToken(token),
  });
  return token;
}

function isPreset(row: TokenRow, hash: string): boolean {
  const { scopes, parent, expiresAt } = admin;
  return row.hash === hash && row.scopes === scopes && row.parent === parent && row.expires_at === expiresAt;
}

async function hasAdministrator(metadata: MetadataStore, now: number): Promise<boolean> {
  const tokens = await metadata.query.listTokens({});
  return tokens.some(
    (row) =>
      row.revoked_at === null &&
      (row.expires_at === null || row.expires_at > now) &&
      covers(scopesOf(row), 'manage', '*'),
  );
}
