import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';

import { mediaType } from '@ashlar/core';
import { packTarGz, packZip } from '@ashlar/registry/intake';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { publishFiles, startTestServer, type TestServer } from '../support/server.ts';
import { networkTerraform, vaultBicep, vaultTemplate, workplace } from './command.ts';

const place = workplace();
afterAll(() => place.remove());

describe('the Ashlar in use', () => {
  let server: TestServer;
  beforeAll(async () => {
    server = await startTestServer();
    await server.api('POST', '/namespaces', { name: 'open', visibility: 'public' });
    const changed = networkTerraform
      .replace('variable "name"', 'variable "title"')
      .replace('var.name', 'var.title');
    const vault = { 'main.bicep': vaultBicep, 'main.json': vaultTemplate };
    for (const [ref, files] of [
      ['terraform/Open/net/azurerm@1.0.0', { 'main.tf': networkTerraform }],
      ['terraform/Open/net/azurerm@1.0.1', { 'main.tf': changed }],
      ['bicep/open/res/vault@1.0.0', vault],
      ['bicep/closed/res/vault@1.0.0', vault],
    ] as const) {
      const { status, body } = await publishFiles(server, ref, files);
      if (status !== 201) throw new Error(`${ref}: ${JSON.stringify(body)}`);
    }
    await server.api('POST', '/version/revoke?ref=terraform/open/net/azurerm@1.0.1', { reason: 'Bad' });
  });
  afterAll(async () => await server.stop());

  const inspect = async (ref: string, env: Record<string, string> = {}) =>
    await place.ashlar(['inspect', ref, '--json'], { ASHLAR_URL: server.http, ...env });

  it.each([
    ['terraform/open/net/azurerm@1.0.0', 'terraform', 'source'],
    ['HOST/open/net/azurerm@1.0.0', 'terraform', 'source'],
    ['oci://HOST/terraform/open/net/azurerm?tag=1.0.0', 'terraform', 'source'],
    ['bicep/open/res/vault@1.0.0', 'bicep', 'compiled'],
    ['br:HOST/bicep/open/res/vault:1.0.0', 'bicep', 'compiled'],
    ['br/ashlar:open/res/vault:1.0.0', 'bicep', 'compiled'],
  ])('gives %s', async (ref, language, form) => {
    const { exitCode, stdout, stderr } = await inspect(ref.replace('HOST', server.httpHost));

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    const { interface: face, ...model } = JSON.parse(stdout);
    expect(model).toMatchObject({ language, form });
    expect(face.inputs.map(({ name }: { name: string }) => name)[0]).toBe('name');
  });

  it('gives the sources of a Bicep module beside its template: places are known', async () => {
    const { stdout } = await inspect('bicep/open/res/vault@1.0.0');

    expect(JSON.parse(stdout).interface.inputs[0].at).toEqual({ file: 'main.bicep', line: 4, column: 7 });
  });

  it('gives private modules over https to who may read them', async () => {
    const secure = { ASHLAR_URL: server.https, SSL_CERT_FILE: server.caFile };
    const signedIn = { ...secure, ASHLAR_TOKEN: server.admin };
    for (const ref of [
      'bicep/closed/res/vault@1.0.0',
      `br:${server.httpsHost}/bicep/closed/res/vault:1.0.0`,
    ]) {
      const [anonymous, known] = [await inspect(ref, secure), await inspect(ref, signedIn)];
      expect([anonymous.exitCode, known.exitCode]).toEqual([3, 0]);
    }
  });

  it('says that there is no such version', async () => {
    const { exitCode, stderr } = await place.ashlar(
      ['diff', 'bicep/open/res/vault@1.0.0', 'bicep/open/res/vault@1.1.0'],
      { ASHLAR_URL: server.http },
    );

    expect([exitCode, stderr]).toEqual([1, expect.stringContaining('code: ASH-VERSION-UNKNOWN')]);
  });

  it('compares a revoked version with those that one can change to', async () => {
    const [left, kept] = ['terraform/Open/net/azurerm@1.0.1', 'terraform/open/net/azurerm@1.0.0'];
    const diff = async (...args: string[]) => {
      const env = { ASHLAR_URL: server.http };
      const { exitCode, stdout, stderr } = await place.ashlar(['diff', ...args, '--json'], env);
      return { exitCode, stderr, ...JSON.parse(stdout) };
    };
    const options = ['--old-version', '1.0.1', '--new-version', '1.0.2'];

    const result = await diff(left, kept);
    expect(result).toMatchObject({
      exitCode: 0,
      before: { ref: left, version: '1.0.1', language: 'terraform', form: 'source', problems: 0 },
      after: { ref: kept, version: '1.0.0' },
      changes: [{ class: 'breaking', kind: 'renamed', path: 'inputs.title' }],
      verdict: 'major',
      honest: null,
    });
    expect(result.stderr).toMatch(/^warning: terraform\/Open\/net\/azurerm@1\.0\.1 was revoked: Bad\./i);
    expect(await diff(left, kept, ...options)).toMatchObject({ exitCode: 1, honest: 'too small' });
    // It is told to nobody but the server what was in it.
    for (const refs of [
      [left, 'bicep/open/res/vault@1.0.0'],
      [left, place.path],
      [kept, left],
    ]) {
      place.write({ 'main.tf': networkTerraform });
      expect(await diff(...refs)).toMatchObject({ exitCode: 1, error: { code: 'ASH-VERSION-REVOKED' } });
    }
  });

  it.each([
    ['archive', { modules: '/v1/', location: 'http://127.0.0.1:9/net.zip' }],
    ['repository', { modules: '/v1/', location: 'git::http://127.0.0.1:9/net.git' }],
    ['registry', { modules: 'http://127.0.0.1:9/v1/', location: '' }],
  ])('does not lead from https elsewhere: %s', async (_, { modules, location }) => {
    const [cert, key] = ['server.pem', 'server-key.pem'].map((name) =>
      readFileSync(join(dirname(server.caFile), name)),
    );
    const registry = createSecureServer({ cert, key }, (request, response) => {
      if (request.url === '/.well-known/terraform.json')
        response.end(JSON.stringify({ 'modules.v1': modules }));
      else response.writeHead(204, { 'x-terraform-get': location }).end();
    });
    await new Promise<void>((done) => registry.listen(0, '127.0.0.1', done));
    const host = `127.0.0.1:${(registry.address() as AddressInfo).port}`;
    const env = { ASHLAR_URL: `https://${host}`, SSL_CERT_FILE: server.caFile };
    const { exitCode, stderr } = await place.ashlar(['inspect', `${host}/a/net/azurerm@1.0.0`], env);
    await new Promise<void>((done) => void registry.close(() => done()));

    expect([exitCode, stderr]).toEqual([
      4,
      expect.stringContaining('an address without https, which is not used'),
    ]);
  });

  it('says in its own words that a version was revoked', async () => {
    for (const ref of [
      'terraform/open/net/azurerm@1.0.1',
      `${server.httpHost}/open/net/azurerm@1.0.1`,
      `oci://${server.httpHost}/terraform/open/net/azurerm?tag=1.0.1`,
    ]) {
      const { exitCode, stdout } = await inspect(ref);
      expect([exitCode, stdout]).toEqual([1, expect.stringContaining('was revoked: Bad')]);
    }
  });
});

interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** A registry of somebody else: what it answers, and what it was sent. */
async function stub(answer: (request: IncomingMessage, origin: string) => Answer) {
  const seen: { url: string; authorization: string | undefined }[] = [];
  let origin = '';
  const server: Server = createServer((request, response) => {
    seen.push({ url: request.url!, authorization: request.headers.authorization });
    const { status = 200, headers = {}, body = '' } = answer(request, origin);
    response.writeHead(status, headers).end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  origin = `http://${host}`;
  return {
    host,
    seen,
    [Symbol.asyncDispose]: async () => await new Promise<void>((done) => void server.close(() => done())),
  };
}

const signedIn = { ASHLAR_URL: 'http://127.0.0.1:9', ASHLAR_TOKEN: 'ash_secret' };
const sha256 = (bytes: Buffer | string) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

describe('an OCI registry of somebody else', () => {
  const manifest = (layers: readonly object[]) =>
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: sha256('{}'), size: 2 },
      layers,
    });
  const template = {
    mediaType: 'application/vnd.ms.bicep.module.layer.v1+json',
    digest: sha256(vaultTemplate),
    size: vaultTemplate.length,
  };

  it('is asked as anonymous, with the token of its challenge, through redirects to elsewhere', async () => {
    await using storage = await stub(() => ({ body: vaultTemplate }));
    await using registry = await stub(({ url, headers }, origin) => {
      if (url!.startsWith('/token')) return { body: '{"token": "for-reading"}' };
      if (headers.authorization !== 'Bearer for-reading') {
        const challenge = `Bearer realm="${origin}/token",service="stub",scope="repository:vault:pull"`;
        return { status: 401, headers: { 'www-authenticate': challenge } };
      }
      if (url!.includes('/manifests/')) return { body: manifest([template]) };
      return { status: 307, headers: { location: `http://${storage.host}/blob` } };
    });

    const ref = `br:${registry.host}/vault:1.2.0`;
    const { exitCode, stdout, stderr } = await place.ashlar(['diff', ref, ref, '--json'], signedIn);

    const warning = 'warning: 1.2.0 is not later than 1.2.0; no bump is declared.\n';
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: warning });
    expect(JSON.parse(stdout)).toMatchObject({ before: { version: '1.2.0', form: 'compiled' } });
    expect(registry.seen.map(({ url }) => url)).toContain(
      '/token?service=stub&scope=repository%3Avault%3Apull',
    );
    const sent = [...registry.seen, ...storage.seen].map(({ authorization }) => authorization);
    expect(sent.filter((each) => each?.includes('ash_secret'))).toEqual([]);
    expect(storage.seen.map(({ authorization }) => authorization)).toEqual([undefined, undefined]);
  });

  const sources = async (metadata: string) =>
    await packTarGz([
      { path: '__metadata.json', executable: false, bytes: Buffer.from(metadata) },
      { path: 'files/vault.bicep', executable: false, bytes: Buffer.from(vaultBicep) },
    ]);
  const metadataOf = (entryPoint: string, ...more: unknown[]) =>
    JSON.stringify({
      entryPoint,
      sourceFiles: [...more, { path: 'vault.bicep', archivePath: 'files/vault.bicep' }],
    });

  it.each([
    ['sources', metadataOf('vault.bicep'), 'main.bicep', ''],
    ['sources with gaps', metadataOf('vault.bicep', null, 1, {}), 'main.bicep', ''],
    ['a list of nothing', '{"entryPoint": "vault.bicep", "sourceFiles": [null]}', undefined, ''],
    ['no list', 'null', undefined, ''],
    ['an entry point elsewhere', metadataOf('../vault.bicep'), undefined, ''],
    ['no archive', undefined, undefined, 'warning: The source layer was not read: '],
  ])('may have %s beside its template', async (_, metadata, file, warning) => {
    const bytes = metadata === undefined ? Buffer.from('no archive') : await sources(metadata);
    const layer = { mediaType: mediaType.bicepSource, digest: sha256(bytes), size: bytes.length };
    await using registry = await stub(({ url }) => {
      if (url!.includes('/manifests/')) return { body: manifest([template, layer]) };
      return { body: url!.endsWith(layer.digest) ? bytes : vaultTemplate };
    });

    const result = await place.ashlar(['inspect', `br:${registry.host}/vault:1.0.0`, '--json']);

    const { form, interface: face } = JSON.parse(result.stdout);
    expect([result.exitCode, form, face.inputs[0].at?.file]).toEqual([0, 'compiled', file]);
    expect(result.stderr.slice(0, warning.length || undefined)).toBe(warning);
  });

  it.each<[string, (url: string) => Answer, number, string]>([
    [
      'a layer with other bytes',
      (url) => ({ body: url.includes('blobs') ? 'other' : manifest([template]) }),
      4,
      'does not have this digest',
    ],
    ['an image', () => ({ body: manifest([]) }), 1, 'it is an artifact of another kind'],
    ['what is no manifest', () => ({ body: '<html>' }), 4, 'it is not JSON'],
    ['nothing', () => ({ status: 404 }), 1, 'has nothing there that you may read'],
    [
      'a wall',
      () => ({ status: 401, headers: { 'www-authenticate': 'Basic realm="x"' } }),
      3,
      'ASH-UPSTREAM-DENIED',
    ],
    ['an error', () => ({ status: 500 }), 4, 'it answers with status 500'],
    [
      'a way round in circles',
      (url) => ({ status: 302, headers: { location: url } }),
      4,
      'it redirects without end',
    ],
    [
      'a way into files',
      () => ({ status: 302, headers: { location: 'file:///etc/passwd' } }),
      4,
      'to an address that is not used',
    ],
  ])('that has %s is refused in words', async (_, answer, exitCode, words) => {
    await using registry = await stub(({ url }) => answer(url!));

    const result = await place.ashlar(['inspect', `br:${registry.host}/vault:1.0.0`]);

    expect([result.exitCode, result.stderr]).toEqual([exitCode, expect.stringContaining(words)]);
  });
});

describe('a Terraform registry of somebody else', () => {
  const services = JSON.stringify({ 'modules.v1': '/api/modules/' });
  const registryOf = (location: string, archive: Buffer | string = '') =>
    stub(({ url }) => {
      if (url === '/.well-known/terraform.json') return { body: services };
      if (url === '/api/modules/a/net/azurerm/1.0.0/download') {
        return { status: 204, headers: { 'x-terraform-get': location } };
      }
      return url!.startsWith('/files/') ? { body: archive } : { status: 404 };
    });

  it.each(['repo/net', '*/net'])(
    'is asked by service discovery; its archives may have folders (%s) and checksums',
    async (folder) => {
      const zip = await packZip([
        { path: 'repo/net/main.tf', executable: false, bytes: Buffer.from(networkTerraform) },
        { path: 'repo/other.tf', executable: false, bytes: Buffer.from('') },
      ]);
      await using registry = await registryOf(
        `/files/net.zip//${folder}?archive=zip&checksum=${sha256(zip)}`,
        zip,
      );

      const { exitCode, stdout } = await place.ashlar(
        ['inspect', `${registry.host}/a/net/azurerm@v1.0.0`, '--json'],
        signedIn,
      );

      expect([exitCode, JSON.parse(stdout).interface.inputs]).toMatchObject([
        0,
        [{ name: 'name' }, { name: 'size' }],
      ]);
      expect(registry.seen.filter(({ authorization }) => authorization !== undefined)).toEqual([]);
    },
  );

  const hash = (kind: string) => createHash(kind).update('other').digest('hex');
  it.each<readonly [string, number, string]>([
    ...['md5', 'sha1', 'sha256', 'sha512']
      .flatMap((kind) => [`${kind}:${hash(kind)}`, hash(kind)])
      .map((checksum) => [`/files/net.zip?checksum=${checksum}`, 4, 'does not have its checksum'] as const),
    ['/files/net.zip?checksum=crc32:00000000', 1, 'a checksum that cannot be checked ("crc32")'],
    [
      '/files/net.zip?checksum=file:https://example.com/sums',
      1,
      'a checksum that cannot be checked ("file")',
    ],
    ['/files/net.zip?checksum=sha256:00', 1, 'a checksum that cannot be checked'],
    ['/files/net.zip?checksum=00', 1, 'a checksum that cannot be checked (2 characters)'],
    ['s3::https://bucket.example.com/net.zip', 1, 'that only Terraform can fetch from'],
    ['./gone.zip', 4, 'it answers with status 404'],
    [`/files/net.zip?checksum=${sha256('other')}`, 4, 'does not have its checksum'],
    ['/files/net.zip', 1, 'ASH-ARCHIVE-FORMAT'],
  ])('may name a place that is not used: %s', async (location, exitCode, words) => {
    await using registry = await registryOf(location, 'no zip');

    const result = await place.ashlar(['inspect', `${registry.host}/a/net/azurerm@1.0.0`]);

    expect([result.exitCode, result.stderr]).toEqual([exitCode, expect.stringContaining(words)]);
  });

  it.each(['md5', 'sha1', 'sha256', 'sha512'])(
    'may give a checksum as %s, with its name or without',
    async (kind) => {
      const zip = await packZip([
        { path: 'main.tf', executable: false, bytes: Buffer.from(networkTerraform) },
      ]);
      const hex = createHash(kind).update(zip).digest('hex');
      for (const checksum of [`${kind}:${hex}`, hex.toUpperCase()]) {
        await using registry = await registryOf(`/files/net.zip?checksum=${checksum}`, zip);
        expect((await place.ashlar(['inspect', `${registry.host}/a/net/azurerm@1.0.0`])).exitCode).toBe(0);
      }
    },
  );

  it.each([
    's3::https://key:SECRET@bucket.example.com/net.zip?token=SECRET',
    'http://user:SECRET@127.0.0.1:9/net.zip?sig=SECRET',
    './gone.zip?sig=SECRET',
    '/around?sig=SECRET',
  ])('shows no secrets of its links: %s', async (location) => {
    await using registry = await stub(({ url }) => {
      if (url === '/.well-known/terraform.json') return { body: services };
      if (url!.startsWith('/around')) return { status: 302, headers: { location: url! } };
      return url!.endsWith('/download')
        ? { status: 204, headers: { 'x-terraform-get': location } }
        : { status: 404 };
    });

    const { exitCode, stderr } = await place.ashlar(['inspect', `${registry.host}/a/net/azurerm@1.0.0`]);

    expect([exitCode !== 0, stderr]).toEqual([true, expect.not.stringContaining('SECRET')]);
  });

  it('has no such version', async () => {
    await using registry = await registryOf('');

    const result = await place.ashlar(['inspect', `${registry.host}/a/net/azurerm@2.0.0`]);

    expect([result.exitCode, result.stderr]).toEqual([1, expect.stringContaining('has no such version')]);
  });
});
