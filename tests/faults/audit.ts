import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { Violation } from './violation.ts';

/** What no fault may leave behind in the database, as queries whose rows are violations. */
const orphans: Readonly<Record<string, string>> = {
  'a tag without manifest': `select repository, name from tag where not exists
    (select 1 from manifest where manifest.repository = tag.repository and manifest.digest = tag.digest)`,
  'a part without manifest': `select repository, manifest from manifest_part as part where not exists
    (select 1 from manifest where manifest.repository = part.repository and manifest.digest = part.manifest)`,
  'a version without manifest': `select repository, version from version where deleted_at is null and not exists
    (select 1 from manifest where manifest.repository = version.repository and manifest.digest = version.digest)`,
  'a live version without tag': `select repository, version from version where deleted_at is null and not exists
    (select 1 from tag where tag.repository = version.repository and tag.digest = version.digest)`,
  'a model without version': `select repository, version from version_model as model where not exists
    (select 1 from version where version.repository = model.repository and version.version = model.version
      and version.deleted_at is null)`,
  'a module without version': `select repository from module where not exists
    (select 1 from version where version.repository = module.repository)`,
};

/** Looks into an embedded data folder whether all that its database names is there, and nothing by half. */
export async function auditEmbedded(data: string): Promise<void> {
  using database = new DatabaseSync(join(data, 'metadata.db'), { readOnly: true, timeout: 5_000 });
  const integrity = database.prepare('pragma integrity_check').all();
  if (JSON.stringify(integrity) !== '[{"integrity_check":"ok"}]')
    throw new Violation(`the database is damaged: ${JSON.stringify(integrity)}`);
  const references = database.prepare('pragma foreign_key_check').all();
  if (references.length > 0) throw new Violation(`a row refers to nothing: ${JSON.stringify(references)}`);
  await auditRows(
    (sql) => database.prepare(sql).all(),
    async () => await hashFiles(join(data, 'blobs')),
  );
}

type Rows = readonly Readonly<Record<string, unknown>>[];

/**
 * The same for any database, given what runs SQL on it, and any place of blobs, given the sizes of what is there by
 * digest. @throws Violation
 */
export async function auditRows(
  query: (sql: string) => Rows | Promise<Rows>,
  stored: () => Promise<ReadonlyMap<string, number>>,
): Promise<void> {
  for (const [what, sql] of Object.entries(orphans)) {
    const rows = await query(sql);
    if (rows.length > 0) throw new Violation(`${what}: ${JSON.stringify(rows)}`);
  }
  // Before the bytes: what is added meanwhile is stored first and a row then.
  const rows = await query(
    'select digest, size from repository_blob union select digest, size from manifest',
  );
  const sizes = await stored();
  for (const { digest, size } of rows) {
    if (sizes.get(String(digest)) !== Number(size))
      throw new Violation(`${String(digest)} has a row and no stored ${String(size)} bytes`);
  }
}

/** Sizes by digest of all blob files. @throws Violation when one has other bytes than its name says */
async function hashFiles(folder: string): Promise<Map<string, number>> {
  const sizes = new Map<string, number>();
  for (const algorithm of ['sha256', 'sha512']) {
    for (const path of await readdir(join(folder, algorithm), { recursive: true, withFileTypes: true })) {
      if (!path.isFile()) continue;
      const hash = createHash(algorithm);
      let size = 0;
      for await (const chunk of createReadStream(join(path.parentPath, path.name)) as AsyncIterable<Buffer>) {
        hash.update(chunk);
        size += chunk.length;
      }
      if (hash.digest('hex') !== path.name)
        throw new Violation(`the file of ${algorithm}:${path.name} holds other bytes`);
      sizes.set(`${algorithm}:${path.name}`, size);
    }
  }
  return sizes;
}
