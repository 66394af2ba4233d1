import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { openDataFolder } from '../../packages/registry/src/store/data-folder.ts';
import { openSqliteMetadataStore } from '../../packages/registry/src/store/metadata/index.ts';
import { longestTurn } from '../support/longest-turn.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

const module = 'terraform/big/net/azurerm';
const digest = (kind: string, n: number | string) => `sha256:${kind}${String(n).padStart(63, '0')}`;
const versions = 20_000;
/** Of one manifest. */
const tags = 200_000;
/** Each with a tag, all attached to one digest. */
const manifests = 100_000;
/** Milliseconds of processor time; most take 10 to 80. All at once, nearly all of them took 300 to many thousand. */
const limit = 300;

let data: string;
let server: TestServer;

beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'ashlar-big-lists-'));
  await fill();
  server = await startTestServer({ data });
}, 120_000);
afterAll(async () => {
  await server.stop();
  await rm(data, { recursive: true });
});

/** Behind the back of the store, which would take minutes for it. */
async function fill(): Promise<void> {
  const folder = await openDataFolder(data);
  const store = await openSqliteMetadataStore(folder.database);
  await store.command.createNamespace({ now: 0, name: 'big', visibility: 'public', immutable: false });
  await store.close();
  using database = new DatabaseSync(folder.database);
  const numbers = (count: number) =>
    `with recursive number(n) as (select 0 union all select n + 1 from number where n < ${count - 1})`;
  const padded = (kind: string) => `'sha256:${kind}' || printf('%063d', n)`;
  const manifest = (repository: string, kind: string, subject: string) =>
    `'${repository}', ${padded(kind)}, 'x/y', 9, 'x/z', ${subject}, '{"a":"b"}', n`;
  database.exec(`
    pragma foreign_keys = off;
    begin;
    insert into repository (name, namespace, kind, created_at) values
      ('${module}', 'big', 'module', 0), ('big/one', 'big', 'plain', 0), ('big/many', 'big', 'plain', 0);
    insert into module (repository, namespace, language, address, class, created_at)
      values ('${module}', 'big', 'terraform', '${module}', null, 0);
    ${numbers(versions)} insert into manifest
      (repository, digest, media_type, size, referrer_type, subject, annotations, created_at)
      select ${manifest(module, 'a', 'null')} from number;
    ${numbers(versions)} insert into tag (repository, name, digest, created_at, updated_at)
      select '${module}', (n / 100) || '.' || (n % 100) || '.0', ${padded('a')}, n, n from number;
    ${numbers(versions)} insert into version
      (repository, version, digest, content_digest, description, state, published_at, published_by)
      select '${module}', (n / 100) || '.' || (n % 100) || '.0', ${padded('a')}, 'c' || n, 'A network',
        case n % 100 when 50 then 'deprecated' when 51 then 'revoked' else 'admitted' end, n, 'somebody' from number;
    ${numbers(tags)} insert into download (repository, version, day, count)
      select '${module}', (n % 100) || '.0.0', date('2020-01-01', '+' || (n / 100) || ' days'), 1 from number;
    insert into manifest (repository, digest, media_type, size, referrer_type, subject, annotations, created_at)
      values ('big/one', '${digest('b', 1)}', 'x/y', 9, null, null, '{}', 1);
    ${numbers(tags)} insert into tag (repository, name, digest, created_at, updated_at)
      select 'big/one', 'tag-' || n, '${digest('b', 1)}', n, n * 7 % 1000003 from number;
    ${numbers(manifests)} insert into manifest
      (repository, digest, media_type, size, referrer_type, subject, annotations, created_at)
      select ${manifest('big/many', 'd', `'${digest('b', 1)}'`)} from number;
    ${numbers(manifests)} insert into tag (repository, name, digest, created_at, updated_at)
      select 'big/many', (n % 7) || '.' || n || '.0', ${padded('d')}, n, n * 7 % 1000003 from number;
    ${numbers(60_000)} insert into token (id, hash, name, scopes, created_at)
      select printf('%026d', n), 'h' || n, 'token ' || n, '["read:*"]', n from number;
    commit;
  `);
  folder.close();
}

/** Throws the answer away: reading it is no work of the server, which shares this thread. */
async function get(path: string): Promise<number | undefined> {
  const headers = { authorization: `Bearer ${server.admin}` };
  return await new Promise((resolve, reject) => {
    request(`${server.http}${path}`, { headers }, (response) => {
      response.resume().once('end', () => resolve(response.statusCode));
    })
      .once('error', reject)
      .end();
  });
}

const terraform = '/v1/modules/big/net/azurerm';

it.each([
  `${terraform}/versions`,
  terraform,
  `${terraform}/7.7.0`,
  `${terraform}/download`,
  '/v1/modules/big',
  '/v1/modules/search?q=network',
  '/v2/modules/big/net/azurerm/downloads/summary',
  '/',
  '/api/v1/modules',
  `/api/v1/module?address=${module}`,
  '/api/v1/tokens',
  '/v2/big/one/tags/list',
  '/v2/big/many/tags/list',
  `/v2/big/many/referrers/${digest('b', 1)}`,
  ...[module, 'big/one', 'big/many'].flatMap((name) => [
    `/acr/v1/${name}`,
    `/acr/v1/${name}/_tags`,
    `/acr/v1/${name}/_tags?orderby=timedesc&n=100`,
    `/acr/v1/${name}/_manifests`,
    `/acr/v1/${name}/_manifests?orderby=timedesc&n=100`,
  ]),
  `/acr/v1/${module}/_tags/7.7.0`,
  `/acr/v1/${module}/_manifests/${digest('a', 7)}`,
  '/acr/v1/big/one/_tags/tag-7',
  `/acr/v1/big/one/_tags?digest=${digest('b', 1)}`,
  `/acr/v1/big/one/_manifests/${digest('b', 1)}`,
  '/acr/v1/big/many/_tags/0.7.0',
  `/acr/v1/big/many/_manifests/${digest('d', 7)}`,
])('others get their turn while %s is answered', { timeout: 60_000 }, async (path) => {
  const statuses: (number | undefined)[] = [];
  const longest = await longestTurn(limit, async () => statuses.push(await get(path)));

  expect(statuses.every((status) => status === 200 || status === 302)).toBe(true);
  expect(longest).toBeLessThan(limit);
});
