import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';

import { packTarGz, packZip } from '@ashlar/registry/intake';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { tarBytes } from '../../packages/registry/src/intake/hostile-archive.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { moduleFiles, putVersion, template, types } from './put-version.ts';

let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => await server.stop());

const digestPattern = /^sha256:[0-9a-f]{64}$/;
const sha256 = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

async function bytesOf(path: string, headers: Record<string, string> = {}): Promise<Buffer> {
  const response = await fetch(`${server.http}${path}`, {
    headers: { authorization: `Bearer ${server.admin}`, ...headers },
  });
  expect({ path, status: response.status }).toEqual({ path, status: 200 });
  return Buffer.from(await response.arrayBuffer());
}

async function manifestOf(repository: string, tag: string): Promise<{ bytes: Buffer; json: OciManifest }> {
  const bytes = await bytesOf(`/v2/${repository}/manifests/${tag}`, {
    accept: 'application/vnd.oci.image.manifest.v1+json',
  });
  return { bytes, json: JSON.parse(bytes.toString()) as OciManifest };
}

interface OciManifest {
  readonly artifactType: string;
  readonly layers: readonly { readonly mediaType: string; readonly digest: string }[];
  readonly annotations: Readonly<Record<string, string>>;
}

describe('a Terraform module', () => {
  const files = moduleFiles({
    'main.tf': 'output "a" { value = 1 }\n',
    'README.md': '# Net\n\nA network.\n',
    'modules/child/main.tf': '# child\n',
  });
  const reference = 'terraform/contoso/net/azurerm@1.0.0';

  it('is published once; the same content again changes nothing', async () => {
    const first = await putVersion(server, { ref: reference, body: await packZip(files) });
    expect(first).toEqual({
      status: 201,
      body: {
        address: 'terraform/contoso/net/azurerm',
        version: '1.0.0',
        status: 'published',
        digest: expect.stringMatching(digestPattern),
        contentDigest: expect.stringMatching(digestPattern),
      },
    });

    const again = { status: 200, body: { ...first.body, status: 'already-published' } };
    expect(await putVersion(server, { ref: reference, body: await packZip(files) })).toEqual(again);
    expect(
      await putVersion(server, { ref: reference, body: await packTarGz(files), type: types.tar }),
    ).toEqual(again);
    // Packed by somebody else, and said something else about: the first bytes stay.
    const otherPacking = tarBytes(
      files.toReversed().map(({ path, bytes }) => ({ name: path, text: bytes, mode: 0o644 })),
    );
    expect(
      await putVersion(server, {
        ref: reference,
        body: gzipSync(otherPacking),
        type: types.tar,
        query: { description: 'Other words' },
      }),
    ).toEqual(again);
    expect((await server.api('GET', `/version?ref=${reference}`)).body.description).toBe('A network.');
  });

  it('is refused with both digests when the version has other content', async () => {
    const body = await packZip(moduleFiles({ 'main.tf': '# one\n' }));
    const { body: first } = await putVersion(server, { ref: 'terraform/contoso/other/azurerm@1.0.0', body });

    const other = await packZip(moduleFiles({ 'main.tf': '# two\n' }));
    const refused = await putVersion(server, { ref: 'terraform/contoso/other/azurerm@1.0.0', body: other });
    const { body: elsewhere } = await putVersion(server, {
      ref: 'terraform/contoso/other/azurerm@1.0.1',
      body: other,
    });

    expect(refused).toEqual({
      status: 409,
      body: { code: 'ASH-VERSION-EXISTS', message: expect.any(String), requestId: expect.any(String) },
    });
    const digests = refused.body.message.match(/sha256:[0-9a-f]{64}/g);
    // The title of the layer holds the version, so the other digest is that of no published one.
    expect(digests).toEqual([first.digest, expect.stringMatching(digestPattern)]);
    expect(digests[1]).not.toBe(elsewhere.digest);
    expect((await server.api('GET', '/version?ref=terraform/contoso/other/azurerm@1.0.0')).body.digest).toBe(
      first.digest,
    );
  });

  it('is published by one of many that race with the same content', async () => {
    const body = await packZip(moduleFiles({ 'main.tf': '# race\n' }));
    const answers = await Promise.all(
      Array.from({ length: 8 }, async (_, i) =>
        putVersion(server, {
          ref: 'terraform/contoso/race/azurerm@1.0.0',
          body,
          // Half of them make another manifest of the same content.
          query: i % 2 === 0 ? {} : { documentation: 'https://example.com/race' },
        }),
      ),
    );

    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([
      ...Array(7).fill(200),
      201,
    ]);
    expect(new Set(answers.map((answer) => answer.body.digest)).size).toBe(1);
    expect(answers.filter((answer) => answer.body.status === 'published')).toHaveLength(1);
  });

  it('goes to one of many that race with different content; all others learn its digest', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, async (_, i) =>
        putVersion(server, {
          ref: 'terraform/contoso/race/azurerm@2.0.0',
          body: await packZip(moduleFiles({ 'main.tf': `# ${i}\n` })),
        }),
      ),
    );

    const winners = answers.filter(({ status }) => status === 201);
    expect(winners).toHaveLength(1);
    const losers = answers.filter(({ status }) => status === 409);
    expect(losers).toHaveLength(5);
    for (const { body } of losers) {
      expect(body).toMatchObject({ code: 'ASH-VERSION-EXISTS' });
      expect(body.message).toContain(winners[0]!.body.digest);
    }
  });

  it('is the same bytes through OCI and through the archive of Terraform', async () => {
    const zip = await packZip(files);
    const ref = 'terraform/contoso/bytes/azurerm@1.0.0';
    const { body } = await putVersion(server, { ref, body: zip });

    const { bytes, json } = await manifestOf('terraform/contoso/bytes/azurerm', '1.0.0');
    expect(sha256(bytes)).toBe(body.digest);
    expect(json.artifactType).toBe('application/vnd.opentofu.modulepkg');
    expect(json.layers.map(({ mediaType, digest }) => [mediaType, digest])).toEqual([
      ['archive/zip', sha256(zip)],
    ]);
    const layer = await bytesOf(`/v2/terraform/contoso/bytes/azurerm/blobs/${json.layers[0]!.digest}`);
    expect(layer.equals(zip)).toBe(true);

    const download = await fetch(`${server.http}/v1/modules/contoso/bytes/azurerm/1.0.0/download`, {
      headers: { authorization: `Bearer ${server.admin}` },
    });
    const link = download.headers.get('x-terraform-get')!;
    expect(link).toContain(`checksum=${sha256(zip)}`);
    expect((await bytesOf(link)).equals(zip)).toBe(true);
    expect((await server.api('GET', `/version?ref=${ref}`)).body.archive).toEqual({
      digest: sha256(zip),
      size: zip.length,
    });
  });

  it('has the description, documentation and class that its publisher gives it', async () => {
    const ref = 'terraform/contoso/facts/azurerm@1.0.0';
    const query = { description: 'What it is', documentation: 'https://example.com/facts', class: 'pattern' };
    await putVersion(server, { ref, query, body: await packZip(moduleFiles({ 'main.tf': '# facts\n' })) });

    expect((await server.api('GET', `/version?ref=${ref}`)).body).toMatchObject({
      description: 'What it is',
      documentation: 'https://example.com/facts',
      publishedBy: 'admin',
      state: 'admitted',
    });
    expect((await server.api('GET', '/module?address=terraform/contoso/facts/azurerm')).body).toMatchObject({
      class: 'pattern',
      description: 'What it is',
      latest: '1.0.0',
    });
    expect((await server.api('GET', '/modules?class=pattern')).body.modules).toHaveLength(1);
    const { annotations } = (await manifestOf('terraform/contoso/facts/azurerm', '1.0.0')).json;
    expect(annotations).toEqual({
      'org.opencontainers.image.documentation': 'https://example.com/facts',
      'org.opencontainers.image.description': 'What it is',
    });
  });

  it('keeps the spelling of its first publisher and is found under any', async () => {
    const body = await packZip(moduleFiles({ 'main.tf': '# spelling\n' }));
    expect(await putVersion(server, { ref: 'terraform/Contoso/Net_Work/azurerm@v1.2', body })).toMatchObject({
      status: 201,
      body: { address: 'terraform/contoso/net_work/azurerm', version: '1.2.0' },
    });
    const { body: module } = await server.api('GET', '/module?address=terraform/contoso/NET_work/azurerm');
    expect(module.address).toBe('terraform/Contoso/Net_Work/azurerm');
  });
});

describe('a Bicep module', () => {
  const reference = 'bicep/contoso/res/vault@1.0.0';

  it.each<[string, () => Promise<{ body: Buffer; type: string }>]>([
    ['main.json alone', async () => ({ body: template('A vault'), type: types.json })],
    [
      'a zip',
      async () => ({
        body: await packZip([{ path: 'main.json', executable: false, bytes: template('A vault') }]),
        type: types.zip,
      }),
    ],
    [
      'a tar.gz',
      async () => ({
        body: await packTarGz([{ path: 'main.json', executable: false, bytes: template('A vault') }]),
        type: types.tar,
      }),
    ],
  ])('is the same, sent as %s', async (_, content) => {
    const { status, body } = await putVersion(server, { ref: reference, ...(await content()) });
    expect([200, 201]).toContain(status);

    const { bytes, json } = await manifestOf('bicep/contoso/res/vault', '1.0.0');
    expect(sha256(bytes)).toBe(body.digest);
    expect(json.layers.map((layer) => layer.digest)).toEqual([sha256(template('A vault'))]);
    const layer = await bytesOf(`/v2/bicep/contoso/res/vault/blobs/${json.layers[0]!.digest}`);
    expect(layer.equals(template('A vault'))).toBe(true);
  });

  it('describes itself, says its class in its path, and is refused with other content', async () => {
    await putVersion(server, { ref: reference, body: template('A vault'), type: types.json });

    expect((await server.api('GET', '/module?address=bicep/contoso/res/vault')).body).toMatchObject({
      description: 'A vault',
      class: 'resource',
      language: 'bicep',
    });
    const refused = await putVersion(server, { ref: reference, body: template('Other'), type: types.json });
    expect(refused).toMatchObject({ status: 409, body: { code: 'ASH-VERSION-EXISTS' } });
    expect(refused.body.message.match(/sha256:[0-9a-f]{64}/g)).toHaveLength(2);
  });

  it('carries its source when main.bicep is there', async () => {
    const body = await packZip([
      { path: 'main.json', executable: false, bytes: template('With source') },
      ...moduleFiles({ 'main.bicep': "metadata description = 'With source'\n" }),
    ]);
    await putVersion(server, { ref: 'bicep/contoso/res/source@1.0.0', body });

    const { json } = await manifestOf('bicep/contoso/res/source', '1.0.0');
    expect(json.layers.map(({ mediaType }) => mediaType)).toEqual([
      'application/vnd.ms.bicep.module.layer.v1+json',
      'application/vnd.ms.bicep.module.source.v1.tar+gzip',
    ]);
  });

  it('gets its version stamped into the telemetry mark, when asked', async () => {
    const mark = { telemetry: { name: "[take(format('46d3xbcp.{0}', '-..--..-'), 64)]" } };
    const body = template('Telemetry', mark);
    const put = async (version: string, query: Record<string, string>) => {
      const ref = `bicep/contoso/res/telemetry@${version}`;
      const answer = await putVersion(server, { ref, body, type: types.json, query });
      expect(answer).toMatchObject({ status: 201 });
      const { json } = await manifestOf('bicep/contoso/res/telemetry', version);
      return (await bytesOf(`/v2/bicep/contoso/res/telemetry/blobs/${json.layers[0]!.digest}`)).toString();
    };

    expect(await put('1.0.0', { stampTelemetry: 'true' })).toBe(
      body.toString().replaceAll('-..--..-', '1.0.0'),
    );
    expect(await put('1.0.1', { stampTelemetry: 'false' })).toBe(body.toString());
    expect(await put('1.0.2', {})).toBe(body.toString());
  });

  it('is refused for stamping when it has no mark', async () => {
    const answer = await putVersion(server, {
      ref: 'bicep/contoso/res/unmarked@1.0.0',
      body: template('No mark'),
      type: types.json,
      query: { stampTelemetry: 'true' },
    });

    expect(answer).toMatchObject({ status: 422, body: { code: 'ASH-BICEP-TEMPLATE' } });
    expect(answer.body.message).toContain('-..--..-');
  });
});

describe('a version that was deleted', () => {
  it('may come back as it was and as nothing else', async () => {
    const ref = 'terraform/contoso/gone/azurerm@1.0.0';
    const body = await packZip(moduleFiles({ 'main.tf': '# gone\n' }));
    const { body: first } = await putVersion(server, { ref, body });
    expect(await server.api('DELETE', `/version?ref=${ref}`)).toEqual({ status: 204, body: undefined });
    expect(await server.api('GET', `/version?ref=${ref}`)).toMatchObject({
      status: 404,
      body: { code: 'ASH-VERSION-UNKNOWN' },
    });

    expect(await server.api('DELETE', `/version?ref=${ref}`)).toMatchObject({
      status: 404,
      body: { code: 'ASH-VERSION-UNKNOWN' },
    });

    const other = await putVersion(server, {
      ref,
      body: await packZip(moduleFiles({ 'main.tf': '# new\n' })),
    });
    expect(other).toMatchObject({ status: 409, body: { code: 'ASH-VERSION-DELETED' } });
    expect(other.body.message).toContain(first.digest);
    expect(await server.api('GET', `/version?ref=${ref}`)).toMatchObject({ status: 404 });

    expect(await putVersion(server, { ref, body })).toEqual({ status: 201, body: first });
    expect(await server.api('GET', `/version?ref=${ref}`)).toMatchObject({
      status: 200,
      body: { digest: first.digest },
    });
  });
});
