import { DatabaseSync } from 'node:sqlite';

import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

import { noTraces, traces } from '../publish/put-version.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { ask, publish, templateOf } from './version.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.api('POST', '/namespaces', { name: 'contoso', visibility: 'public' });
  await server.api('POST', '/namespaces', { name: 'strict', honestVersions: 'required' });
});
afterAll(async () => await server.stop());

const one = { 'main.tf': 'variable "a" {}\n' };
const two = { 'main.tf': 'variable "a" {}\nvariable "b" {}\n' };
const optional = { 'main.tf': 'variable "a" {}\nvariable "b" {\n  default = 1\n}\n' };

async function publishAll(
  address: string,
  ...versions: readonly [string, Readonly<Record<string, string>>][]
) {
  for (const [version, files] of versions) {
    const answer = await publish(server, `${address}@${version}`, files);
    if (answer.status !== 201) throw new Error(answer.body.message);
  }
}

const requiredAdded = expect.objectContaining({
  class: 'breaking',
  kind: 'added',
  path: 'inputs.b',
  rule: 'input-required-added',
});

describe('the difference of a version', () => {
  const address = 'terraform/contoso/net/azurerm';
  beforeAll(async () => {
    await publishAll(
      address,
      ['1.0.0', one],
      ['1.1.0', optional],
      ['1.1.1', two],
      ['2.0.0-beta.1', two],
      ['2.0.0-beta.2', one],
      ['2.0.0', two],
    );
  });

  it.each([
    ['1.0.0', undefined, undefined, undefined, undefined, []],
    ['1.1.0', '1.0.0', 'minor', 'minor', 'honest', [expect.objectContaining({ class: 'additive' })]],
    ['1.1.1', '1.1.0', 'major', 'patch', 'too small', [expect.objectContaining({ rule: 'input-required' })]],
    ['2.0.0-beta.1', '1.1.1', 'patch', 'major', 'larger than needed', []],
    [
      '2.0.0-beta.2',
      '2.0.0-beta.1',
      'major',
      undefined,
      undefined,
      [expect.objectContaining({ rule: 'input-removed' })],
    ],
    ['2.0.0', '1.1.1', 'patch', 'major', 'larger than needed', []],
  ])('%s is that with %s', async (to, from, verdict, declared, honest, changes) => {
    expect(await ask(server, 'diff', `${address}@${to}`)).toEqual({
      status: 200,
      body: {
        address,
        to,
        changes,
        ...JSON.parse(JSON.stringify({ from, verdict, declared, honest })),
      },
    });
  });

  it('is found out for any two', async () => {
    const { body } = await ask(server, 'diff', `${address}@2.0.0`, '1.0.0');
    expect(body).toEqual({
      address,
      from: '1.0.0',
      to: '2.0.0',
      verdict: 'major',
      declared: 'major',
      honest: 'honest',
      changes: [requiredAdded],
    });
    const back = await ask(server, 'diff', `${address}@1.0.0`, '2.0.0');
    expect(back.body).toMatchObject({ verdict: 'major', changes: [{ rule: 'input-removed' }] });
    expect(back.body).not.toHaveProperty('declared');
  });

  it.each([
    ['9.0.0', 404, 'ASH-VERSION-UNKNOWN'],
    ['latest', 400, 'ASH-VERSION-INVALID'],
  ])('is not that with %s', async (from, status, code) => {
    expect(await ask(server, 'diff', `${address}@2.0.0`, from)).toMatchObject({ status, body: { code } });
  });

  it('is told of one that has to be left, but not of one that is gone', async () => {
    const module = 'terraform/contoso/left/azurerm';
    await publishAll(module, ['0.9.0', optional], ['1.0.0', one], ['2.0.0', two], ['3.0.0', two]);
    await server.api('POST', `/version/revoke?ref=${module}@1.0.0`, { reason: 'broken' });
    expect((await ask(server, 'diff', `${module}@3.0.0`, '1.0.0')).body.changes).toEqual([requiredAdded]);
    await server.api('DELETE', `/version?ref=${module}@1.0.0`);
    expect((await ask(server, 'diff', `${module}@2.0.0`)).body).toMatchObject({
      from: '0.9.0',
      changes: [expect.objectContaining({ path: 'inputs.b', rule: 'input-required' })],
    });
  });

  it('is not with one that was revoked before', async () => {
    const module = 'bicep/contoso/res/skipped';
    await publishAll(
      module,
      ['1.0.0', { 'main.json': templateOf('a') }],
      ['1.1.0', { 'main.json': templateOf('a', 'b') }],
    );
    await server.api('POST', `/version/revoke?ref=${module}@1.1.0`, { reason: 'broken' });
    await publishAll(module, ['1.1.1', { 'main.json': templateOf('a') }]);
    expect((await ask(server, 'diff', `${module}@1.1.1`)).body).toMatchObject({ from: '1.0.0', changes: [] });
  });
});

it('each of many versions that come at once is compared with those that were published before it', async () => {
  let time = Date.now();
  const own = await startTestServer({ clock: { now: () => (time += 1000) } });
  onTestFinished(async () => await own.stop());
  const module = 'terraform/contoso/many/azurerm';
  const versions = Array.from({ length: 12 }, (_, i) => `1.0.${i}`);
  await Promise.all(
    versions.map(async (version) => {
      const files = { 'main.tf': `variable "a" {\n  default = "${version}"\n}\n` };
      expect((await publish(own, `${module}@${version}`, files)).status).toBe(201);
    }),
  );

  const rows = await Promise.all(
    versions.map(async (version) => ({
      version,
      at: Date.parse((await own.api('GET', `/version?ref=${module}@${version}`)).body.publishedAt),
      from: (await ask(own, 'diff', `${module}@${version}`)).body.from as string | undefined,
    })),
  );
  const number = (version: string) => Number(version.split('.')[2]);
  for (const { version, at, from } of rows) {
    const before = rows.filter((row) => row.at < at && number(row.version) < number(version));
    // Of one that had none before it the answer is found out when somebody asks.
    if (before.length === 0) continue;
    expect([version, from]).toEqual([
      version,
      `1.0.${Math.max(...before.map((row) => number(row.version)))}`,
    ]);
  }
});

it('versions of a module that was never read do not wait for each other', { timeout: 30_000 }, async () => {
  const module = 'terraform/contoso/unread/azurerm';
  await publishAll(module, ['1.0.0', one]);
  const database = new DatabaseSync(`${server.data}/metadata.db`);
  database.exec(`delete from version_model where repository = '${module}'`);
  database.close();
  const versions = ['1.1.0', '1.2.0', '1.3.0', '1.4.0'];
  const answers = await Promise.all(
    versions.map(
      async (version, i) =>
        (await publish(server, `${module}@${version}`, { 'main.tf': `# ${i}\n${optional['main.tf']}` }))
          .status,
    ),
  );

  expect(answers).toEqual([201, 201, 201, 201]);
});

describe('a namespace that takes honest versions only', () => {
  const address = 'terraform/strict/net/azurerm';

  it('refuses a number that promises more than its content keeps', async () => {
    await publishAll(address, ['1.0.0', one]);
    const before = await traces(server, address);
    const refused = await publish(server, `${address}@1.0.1`, two);

    expect(refused).toMatchObject({ status: 422, body: { code: 'ASH-VERSION-DISHONEST' } });
    expect(refused.body.message).toMatch(
      /^terraform\/strict\/net\/azurerm@1\.0\.1 is a patch version after 1\.0\.0, and what changed asks for a major one: .*\bb\b/,
    );
    expect(await traces(server, address)).toEqual(before);
    expect((await publish(server, `${address}@1.1.0`, two)).status).toBe(422);
    expect((await publish(server, `${address}@2.0.0`, two)).status).toBe(201);
    expect(await traces(server, 'terraform/strict/none/azurerm')).toEqual(noTraces);
  });

  it('refuses what would come before a version that then promises too much', async () => {
    const module = 'terraform/strict/between/azurerm';
    await publishAll(module, ['1.0.0', one], ['1.2.0', one], ['2.0.0', two]);
    const refused = await publish(server, `${module}@1.1.0`, optional);

    expect(refused).toMatchObject({ status: 422, body: { code: 'ASH-VERSION-DISHONEST-NEXT' } });
    expect(refused.body.message).toMatch(
      /^terraform\/strict\/between\/azurerm@1\.2\.0 is there, and after 1\.1\.0 it would be a minor version .* asks for a major one: .* Publish it under a version after 1\.2\.0\.$/,
    );
    expect((await publish(server, `${module}@1.3.0`, optional)).status).toBe(201);
    expect((await publish(server, `${module}@1.1.0-beta.1`, optional)).status).toBe(201);
    expect((await publish(server, `${module}@1.0.1`, one)).status).toBe(201);
  });

  it('takes larger numbers, pre-releases after each other, and what is there already', async () => {
    const module = 'bicep/strict/res/net';
    const [a, b] = [{ 'main.json': templateOf('a') }, { 'main.json': templateOf('a', 'b') }];
    await publishAll(module, ['0.1.0', a], ['0.2.0', b], ['1.0.0-a', a], ['1.0.0-b', b], ['5.0.0', b]);
    expect((await publish(server, `${module}@5.0.1`, a)).status).toBe(422);
    expect((await publish(server, `${module}@5.0.0`, b)).status).toBe(200);
  });

  it('is not got around by content that is too large to be compared', async () => {
    const module = 'bicep/strict/res/large';
    const large = { ...JSON.parse(templateOf('a')), metadata: { description: 'd'.repeat(5_000_000) } };
    await publishAll(module, ['1.0.0', { 'main.json': templateOf('a') }]);
    expect(await publish(server, `${module}@1.0.1`, { 'main.json': JSON.stringify(large) })).toMatchObject({
      status: 422,
      body: { code: 'ASH-MODULE-TOO-COMPLEX' },
    });
  });

  it('is made and unmade so', async () => {
    const set = async (honestVersions: string) =>
      await server.api('PATCH', '/namespaces/contoso', { honestVersions });
    const module = 'terraform/contoso/set/azurerm';
    await publishAll(module, ['1.0.0', one]);
    expect((await set('required')).body).toMatchObject({ honestVersions: 'required', immutable: false });
    expect((await publish(server, `${module}@1.0.1`, two)).status).toBe(422);
    expect((await set('sometimes')).status).toBe(400);
    expect((await set('off')).body).toMatchObject({ honestVersions: 'off' });
    expect((await publish(server, `${module}@1.0.1`, two)).status).toBe(201);
    // What is there stays there, also when it would not be taken any more.
    await set('required');
    expect((await publish(server, `${module}@1.0.1`, two)).status).toBe(200);
    await set('off');
  });
});
