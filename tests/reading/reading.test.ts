import { DatabaseSync } from 'node:sqlite';

import { mediaType } from '@ashlar/core';
import { packBicepSource, packZip } from '@ashlar/registry/intake';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { ociClient } from '../oci/client.ts';
import { manifestOf, pushBlob } from '../oci/content.ts';
import { moduleFiles, noTraces, putVersion, traces, types } from '../publish/put-version.ts';
import { type Json, startTestServer, type TestServer } from '../support/server.ts';
import { ask, publish, templateOf } from './version.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
  await server.api('POST', '/namespaces', { name: 'contoso', visibility: 'public' });
});
afterAll(async () => await server.stop());

const inputs = (body: { interface: { inputs: { name: string }[] } }) =>
  body.interface.inputs.map(({ name }) => name);

describe('what was read of a version', () => {
  it('is served: Terraform', async () => {
    const ref = 'terraform/contoso/avm-res-net/azurerm@1.0.0';
    await publish(server, ref, { 'main.tf': 'variable "name" {\n  type = string\n}\n' });

    expect(await ask(server, 'interface', ref)).toMatchObject({
      status: 200,
      body: {
        model: 1,
        language: 'terraform',
        class: 'resource',
        form: 'source',
        interface: { inputs: [{ name: 'name', type: 'string', required: true, at: { file: 'main.tf' } }] },
        problems: [],
      },
    });
  });

  it('is served: Bicep, with the places in its sources', async () => {
    const ref = 'bicep/contoso/res/net@1.0.0';
    await publish(server, ref, {
      'main.json': templateOf('name'),
      'main.bicep': '\n  param name string\n',
    });

    expect(await ask(server, 'interface', ref)).toMatchObject({
      status: 200,
      body: {
        language: 'bicep',
        form: 'compiled',
        interface: { inputs: [{ name: 'name', required: true, at: { file: 'main.bicep', line: 2 } }] },
        problems: [],
      },
    });
  });

  it.each([
    ['do not fit to the template', 'param other string', /in the source and not in the template/],
    ['cannot be read', 'param param', /./],
  ])('has a problem where sources %s', async (words, source, message) => {
    const ref = `bicep/contoso/res/${words.replaceAll(' ', '-')}@1.0.0`;
    const published = await publish(server, ref, { 'main.json': templateOf('name'), 'main.bicep': source });
    const { body } = await ask(server, 'interface', ref);

    expect(published.status).toBe(201);
    expect([body.form, inputs(body)]).toEqual(['compiled', ['name']]);
    expect(body.problems).toContainEqual(
      expect.objectContaining({ message: expect.stringMatching(message) }),
    );
  });

  it('is served as a JSON Schema of its inputs', async () => {
    const ref = 'terraform/contoso/schema/azurerm@1.0.0';
    const variables =
      'variable "a" {\n  type = string\n}\nvariable "b" {\n  type    = bool\n  default = true\n}\n';
    await publish(server, ref, { 'main.tf': variables });

    expect(await ask(server, 'schema', ref)).toMatchObject({
      status: 200,
      body: {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        // Terraform takes null for any variable that does not say otherwise.
        properties: { a: { type: ['string', 'null'] }, b: { default: true } },
        required: ['a'],
        additionalProperties: false,
      },
    });
  });

  it('is left out where it would be too large', async () => {
    const ref = 'bicep/contoso/res/large@1.0.0';
    const template = { ...JSON.parse(templateOf('a')), metadata: { description: 'd'.repeat(5_000_000) } };
    const published = await publish(server, ref, { 'main.json': JSON.stringify(template) });

    expect(published.status).toBe(201);
    expect(await ask(server, 'interface', ref)).toMatchObject({
      status: 404,
      body: { code: 'ASH-MODULE-NO-MODEL' },
    });
    expect(await ask(server, 'diff', ref)).toMatchObject({ status: 404 });
    await publish(server, 'bicep/contoso/res/large@1.0.1', { 'main.json': templateOf('a') });
    const next = await ask(server, 'diff', 'bicep/contoso/res/large@1.0.1');
    expect(next).toEqual({
      status: 200,
      body: { address: 'bicep/contoso/res/large', to: '1.0.1', changes: [] },
    });
  });

  it('is that of what oras and bicep push', async () => {
    const client = ociClient(server, { token: server.admin });
    const files = moduleFiles({ 'main.bicep': 'param name string' });
    const layers = [
      { type: mediaType.bicepTemplate, bytes: Buffer.from(templateOf('name')) },
      { type: mediaType.bicepSource, bytes: await packBicepSource(files, undefined) },
    ];
    const zip = await packZip(moduleFiles({ 'main.tf': 'variable "a" {}' }));
    const pushed = [
      await push(client, 'bicep/contoso/res/pushed', mediaType.bicepModule, mediaType.bicepConfig, layers),
      await push(client, 'terraform/contoso/pushed/azurerm', mediaType.opentofuModule, mediaType.emptyJson, [
        { type: mediaType.zip, bytes: zip },
      ]),
    ];

    expect(pushed.map(({ status }) => status)).toEqual([201, 201]);
    const bicep = await ask(server, 'interface', 'bicep/contoso/res/pushed@1.0.0');
    expect(bicep.body.interface.inputs).toMatchObject([
      { name: 'name', at: { file: 'main.bicep', line: 1 } },
    ]);
    expect(inputs((await ask(server, 'interface', 'terraform/contoso/pushed/azurerm@1.0.0')).body)).toEqual([
      'a',
    ]);
  });

  it('is not there for a version that is gone or revoked', async () => {
    const ref = 'terraform/contoso/gone/azurerm@1.0.0';
    await publish(server, ref, { 'main.tf': '# 1' });
    await server.api('POST', `/version/revoke?ref=${ref}`, { reason: 'broken' });
    const revoked = await ask(server, 'interface', ref);
    await server.api('DELETE', `/version?ref=${ref}`);

    expect(revoked).toMatchObject({ status: 410, body: { code: 'ASH-VERSION-REVOKED' } });
    expect(await ask(server, 'interface', ref)).toMatchObject({
      status: 404,
      body: { code: 'ASH-VERSION-UNKNOWN' },
    });
    await publish(server, ref, { 'main.tf': '# 1' });
    expect((await ask(server, 'interface', ref)).status).toBe(410);
  });

  it.each([10, 8_000])('is told to Terraform, whether it has %d inputs or few', async (count) => {
    const address = `contoso/wide${count}/azurerm`;
    const names = Array.from({ length: count }, (_, i) => `input_${i}`);
    const text = names.map((name) => `variable "${name}" {\n  type = string\n}\n`).join('');
    await publish(server, `terraform/${address}@1.0.0`, { 'main.tf': text });
    const answer = await fetch(`${server.urls.http}/v1/modules/${address}/1.0.0`, {
      headers: { authorization: `Bearer ${server.admin}` },
    });
    const { root, name, versions } = (await answer.json()) as Json;

    expect([answer.headers.get('content-type'), name, versions]).toEqual([
      'application/json; charset=utf-8',
      `wide${count}`,
      ['1.0.0'],
    ]);
    expect(root.inputs.map((input: Json) => input.name).toSorted()).toEqual(names.toSorted());
  });

  it('is found out once for a version from before anything was read', async () => {
    const ref = 'terraform/contoso/old/azurerm@1.0.0';
    await publish(server, ref, { 'main.tf': 'variable "a" {}' });
    const database = new DatabaseSync(`${server.data}/metadata.db`);
    database.exec(`delete from version_model where repository = 'terraform/contoso/old/azurerm'`);
    const key = { repository: 'terraform/contoso/old/azurerm', version: '1.0.0' };
    expect(await server.registry.metadata.query.findModel(key)).toBeUndefined();

    expect(inputs((await ask(server, 'interface', ref)).body)).toEqual(['a']);
    expect(await server.registry.metadata.query.findModel(key)).toMatchObject({ before: null });
    database.exec(`update version_model set model = null where repository = '${key.repository}'`);
    database.close();
    expect(await ask(server, 'interface', ref)).toMatchObject({
      status: 404,
      body: { code: 'ASH-MODULE-NO-MODEL' },
    });
  });
});

describe('a module that cannot be read', () => {
  const broken = 'variable "a" {}\n\nresource "x" "y" {\n  name = \n}\n';

  it('is refused with the place in the file', async () => {
    const address = 'terraform/contoso/broken/azurerm';
    const answer = await publish(server, `${address}@1.0.0`, { 'main.tf': '# fine', 'net.tf': broken });

    expect(answer).toMatchObject({ status: 422, body: { code: 'ASH-MODULE-UNREADABLE' } });
    expect(answer.body.message).toMatch(/^The module cannot be read: net\.tf, line 4, column \d+: ./);
    expect(await traces(server, address)).toEqual(noTraces);
  });

  it('is refused over OCI too', async () => {
    const client = ociClient(server, { token: server.admin });
    const zip = await packZip(moduleFiles({ 'main.tf': broken }));
    const layers = [{ type: mediaType.zip, bytes: zip }];
    const address = 'terraform/contoso/broken-oci/azurerm';
    const answer = await push(client, address, mediaType.opentofuModule, mediaType.emptyJson, layers);

    expect(answer.status).toBe(422);
    expect(JSON.parse(answer.body.toString())).toEqual({
      errors: [
        { code: 'MANIFEST_INVALID', message: expect.stringMatching(/main\.tf, line 4, column \d+: /) },
      ],
    });
    expect((await traces(server, address)).versions).toEqual([]);
  });

  it('is refused with the place in its template', async () => {
    const text = `${templateOf('a').slice(0, -1)},\n  "broken": tru }`;
    const client = ociClient(server, { token: server.admin });
    const layers = [{ type: mediaType.bicepTemplate, bytes: Buffer.from(text) }];
    const address = 'bicep/contoso/res/broken';
    const put = await publish(server, `${address}@1.0.0`, { 'main.json': text });
    const pushed = await push(client, address, mediaType.bicepModule, mediaType.bicepConfig, layers);

    expect(put).toMatchObject({ status: 422, body: { code: 'ASH-BICEP-TEMPLATE' } });
    expect(put.body.message).toContain('it is not JSON: main.json, line 2, column 13: ');
    expect(JSON.parse(pushed.body.toString()).errors).toEqual([
      { code: 'MANIFEST_INVALID', message: put.body.message },
    ]);
  });

  it('names a few of many places', async () => {
    const answer = await publish(server, 'terraform/contoso/many/azurerm@1.0.0', {
      'main.tf': Array.from({ length: 50 }, (_, i) => `a${i} = $\n`).join(''),
    });
    expect(answer.body.message).toMatch(/line 1, .*line 2, .*line 3, .*, and 47 more\. Correct/);
  });

  it.each([
    ['deep', () => ({ 'main.tf': `a = ${'['.repeat(100_000)}` })],
    ['deep JSON', () => ({ 'main.tf.json': `{"a":${'['.repeat(100_000)}` })],
    ['long', () => ({ 'main.tf': `a = "${'${'.repeat(2 ** 21)}` })],
    ['wide', () => ({ 'main.tf': 'variable "a" {}\n'.repeat(2 ** 19) })],
    ['full of types', () => ({ 'main.tf': `variable "a" { type = object({${'a=any,'.repeat(2 ** 20)}}) }` })],
    ['of 16 MiB', () => ({ 'main.tf': 'x '.repeat(8 * 2 ** 20) })],
  ])('%s: refused, while the server answers', { timeout: 60_000 }, async (name, files) => {
    const body = await packZip(moduleFiles({ ...files(), noise: noise(400_000) }));
    const ref = `terraform/contoso/hostile-${name.replaceAll(' ', '-').toLowerCase()}/azurerm@1.0.0`;
    const started = Date.now();
    let slowest = 0;
    let isDone = false;
    const publishing = putVersion(server, { ref, body, type: types.zip }).finally(() => (isDone = true));
    while (!isDone) {
      const before = performance.now();
      await fetch(`${server.http}/healthz`);
      slowest = Math.max(slowest, performance.now() - before);
    }
    const answer = await publishing;

    expect(answer.body.code).toMatch(/^ASH-MODULE-(UNREADABLE|TOO-COMPLEX)$/);
    expect(Date.now() - started).toBeLessThan(30_000);
    expect(slowest).toBeLessThan(2_000);
  });
});

/** Letters that do not compress: an archive of nothing but repeated text counts as a bomb. */
function noise(length: number): string {
  let state = 1;
  return Array.from({ length }, () => {
    state = (state * 48_271) % 0x7fffffff;
    return String.fromCharCode(33 + (state % 90));
  }).join('');
}

async function push(
  { send }: ReturnType<typeof ociClient>,
  repository: string,
  artifactType: string,
  configType: string,
  layers: readonly { readonly type: string; readonly bytes: Buffer }[],
) {
  const config = Buffer.from('{}');
  const described = [];
  for (const { type, bytes } of [{ type: configType, bytes: config }, ...layers]) {
    described.push({ mediaType: type, digest: await pushBlob(send, repository, bytes), size: bytes.length });
  }
  const manifest = manifestOf({ artifactType, config: described[0]!, layers: described.slice(1) });
  return await send('PUT', `/v2/${repository}/manifests/1.0.0`, {
    headers: { 'content-type': mediaType.imageManifest },
    body: manifest,
  });
}
