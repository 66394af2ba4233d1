/**
 * Writes `fixtures/<newest migration>.sql`: run it once, with `node`, when a migration is added. The fixture of an
 * older schema is what was really out there and is never written again.
 */
import { DatabaseSync } from 'node:sqlite';

import { existsSync, mkdtemp, rm, writeFile } from '../../../gateway/file-system.ts';
import { openSqliteMetadataStore } from '../sqlite/sqlite-metadata-store.ts';
import { dumpDatabase } from './dump.ts';
import { newestSchema } from './index.ts';

const now = Date.UTC(2026, 7, 21);
const digest = (n: number) => `sha256:${n.toString(16).padStart(64, '0')}`;
const repository = {
  name: 'terraform/contoso/net/azurerm',
  namespace: 'contoso',
  kind: 'module' as const,
  createNamespace: true,
};
const plain = { name: 'contoso/image', namespace: 'contoso', kind: 'plain' as const, createNamespace: true };

async function fill(path: string): Promise<void> {
  const { command, close } = await openSqliteMetadataStore(path);
  await command.createNamespace({
    now,
    name: 'avm',
    visibility: 'public',
    immutable: true,
    honestVersions: 'required',
  });
  const common = {
    now,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    size: 100,
    annotations: '{"a":"b"}',
  };
  for (const [n, version] of ['1.0.0', '1.1.0', '2.0.0-beta.1+b', '3.0.0'].entries()) {
    await command.addBlob({ now, repository, digest: digest(n), size: 10 });
    await command.putManifest({
      ...common,
      repository,
      digest: digest(100 + n),
      referrerType: 'application/vnd.opentofu.modulepkg',
      subject: null,
      parts: [{ kind: 'blob', digest: digest(n), size: 10, required: true }],
      tags: [version.replace('+', '_')],
      publication: {
        language: 'terraform',
        address: 'terraform/Contoso/net/azurerm',
        class: 'resource',
        versions: [version],
        contentDigest: digest(200 + n),
        archive: { digest: digest(n), size: 10 },
        description: "It's a network",
        documentation: 'https://example.com',
        readme: '# Net\n',
        publishedBy: 'admin',
        models: [
          {
            model: 'q1bKzU9JzVGyMqwFAA==',
            readmes: 'q1bKzU8pzUkt1k9UslJSVnBUqgUA',
            before: n === 0 ? null : '1.0.0',
            changes: n === 0 ? null : 'i44FAA==',
            verdict: n === 0 ? null : 'minor',
            declared: n === 0 ? null : 'minor',
            honest: n === 0 ? null : 'honest',
          },
        ],
      },
    });
  }
  const version = (text: string) => ({ repository: repository.name, version: text });
  await command.setState({ ...version('1.0.0'), to: 'deprecated', reason: 'old', sunsetAt: now });
  await command.setState({
    ...version('1.0.0'),
    to: 'revoked',
    reason: 'CVE',
    link: 'https://example.com/cve',
  });
  await command.setState({ ...version('1.1.0'), to: 'deprecated', reason: 'old', replacement: '3.0.0' });
  await command.deleteTag({ ...version('3.0.0'), now, tag: '3.0.0' });
  await command.putManifest({
    ...common,
    repository: plain,
    digest: digest(300),
    referrerType: 'application/x',
    subject: digest(301),
    parts: [],
    tags: ['latest'],
  });
  await command.recordDownloads({ downloads: [{ ...version('1.1.0'), day: '2026-08-21', count: 3 }] });
  const token = { now, name: 'ci', scopes: '["publish:contoso"]', parent: null, expiresAt: null };
  await command.createToken({ ...token, id: 'parent', hash: 'a' });
  const child = { ...token, id: 'child', hash: 'b', parent: 'parent', expiresAt: now + 1 };
  await command.redeemCode({ code: 'code', codeExpiresAt: now + 1, token: child });
  await command.touchTokens({ uses: [{ id: 'parent', at: now }] });
  await command.revokeToken({ now, id: 'child' });
  await command.ensureSecret({ name: 'ticket', value: 'c2VjcmV0' });
  await close();
}

const name = newestSchema;
const file = `${import.meta.dirname}/fixtures/${name}.sql`;
if (existsSync(file)) throw new Error(`${file} exists and is never written again`);
const folder = await mkdtemp('/tmp/ashlar-fixture-');
await fill(`${folder}/metadata.db`);
const database = new DatabaseSync(`${folder}/metadata.db`);
// When migrations ran is of no interest, and would change with every run.
database.exec(`update kysely_migration set timestamp = '2026-08-21T00:00:00.000Z'`);
await writeFile(file, dumpDatabase(database));
database.close();
await rm(folder, { recursive: true });
