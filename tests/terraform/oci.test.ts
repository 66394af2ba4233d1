import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { zipBytes } from '../../packages/registry/src/intake/hostile-archive.ts';
import { run } from '../support/run.ts';
import { type Json, publishFiles, startTestServer, type TestServer } from '../support/server.ts';
import { describeWithTool } from '../support/tool.ts';
import { call, change, createNamespace, hostBlock, openWorkspace, versionModule } from './client.ts';

const manifestType = 'application/vnd.oci.image.manifest.v1+json';
const repository = 'terraform/contoso/net/azurerm';
const files = { ...versionModule('1.2.3'), 'modules/subnet/main.tf': '# subnet\n' };
let server: TestServer;

beforeAll(async () => {
  server = await startTestServer();
  await createNamespace(server, 'contoso', 'public');
  const { status } = await publishFiles(server, 'terraform/Contoso/net/azurerm@1.2.3+a.1', files);
  if (status !== 201) throw new Error(`publish: ${status}`);
});

afterAll(async () => await server.stop());

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

async function get(path: string, headers: Record<string, string> = {}) {
  const response = await fetch(server.http + path, { headers });
  const bytes = Buffer.from(await response.arrayBuffer());
  return { status: response.status, headers: response.headers, bytes };
}

/** What `tofu init` demands of `oci://`, rule by rule (internal/getmodules/oci_getter.go). */
describe('a Terraform version as OpenTofu module package', () => {
  let manifest: Awaited<ReturnType<typeof get>>;
  let json: Json;

  beforeAll(async () => {
    manifest = await get(`/v2/${repository}/manifests/1.2.3_a.1`, { accept: manifestType });
    json = JSON.parse(manifest.bytes.toString());
  });

  it('resolves from a tag, which writes + as _, to an image manifest', () => {
    expect(manifest.status).toBe(200);
    expect(manifest.headers.get('content-type')).toBe(manifestType);
  });

  it('can be asked for by digest, and its bytes have it', async () => {
    const digest = manifest.headers.get('docker-content-digest')!;
    expect(sha256(manifest.bytes)).toBe(digest);
    expect((await get(`/v2/${repository}/manifests/${digest}`)).bytes).toEqual(manifest.bytes);
  });

  it('states its media type and the artifact type', () => {
    expect(json).toMatchObject({
      schemaVersion: 2,
      mediaType: manifestType,
      artifactType: 'application/vnd.opentofu.modulepkg',
    });
  });

  it('is not larger than 4 MiB', () => {
    expect(manifest.bytes.length).toBeLessThanOrEqual(4 * 1024 * 1024);
    expect(Number(manifest.headers.get('content-length'))).toBe(manifest.bytes.length);
  });

  it('has exactly one archive/zip layer, of the stated size and digest', async () => {
    const zips = json.layers.filter(({ mediaType }: { mediaType: string }) => mediaType === 'archive/zip');
    expect(zips).toHaveLength(1);
    const blob = await get(`/v2/${repository}/blobs/${zips[0].digest}`);
    expect({ digest: sha256(blob.bytes), size: blob.bytes.length }).toMatchObject({
      digest: zips[0].digest,
      size: zips[0].size,
    });
  });

  it('is the archive that Terraform gets', async () => {
    const download = await get('/v1/modules/contoso/net/azurerm/1.2.3+a.1/download');
    const link = download.headers.get('x-terraform-get')!;
    expect(link.endsWith(`?checksum=${json.layers[0].digest}`)).toBe(true);
    expect((await get(link)).bytes).toEqual(
      (await get(`/v2/${repository}/blobs/${json.layers[0].digest}`)).bytes,
    );
  });

  it('has the module at its root', async () => {
    const { readArchive } = await import('@ashlar/registry/intake');
    const entries = await readArchive((await get(`/v2/${repository}/blobs/${json.layers[0].digest}`)).bytes);
    expect(Object.fromEntries(entries.map(({ path, bytes }) => [path, bytes.toString()]))).toEqual(files);
  });

  it('has no tag latest: there are no floating versions', async () => {
    expect((await get(`/v2/${repository}/manifests/latest`)).status).toBe(404);
    expect(JSON.parse((await get(`/v2/${repository}/tags/list`)).bytes.toString()).tags).toEqual([
      '1.2.3_a.1',
    ]);
  });

  it('is refused with the same sentence once it is revoked', async () => {
    await publishFiles(server, 'terraform/contoso/bad/azurerm@1.0.0', versionModule('1.0.0'));
    const old = JSON.parse((await get('/v2/terraform/contoso/bad/azurerm/manifests/1.0.0')).bytes.toString());
    await change(server, 'revoke', 'terraform/contoso/bad/azurerm@1.0.0', { reason: 'Broken' });
    const message = 'terraform/contoso/bad/azurerm@1.0.0 was revoked: Broken.';
    for (const path of ['manifests/1.0.0', `blobs/${old.layers[0].digest}`]) {
      const { status, bytes } = await get(`/v2/terraform/contoso/bad/azurerm/${path}`);
      expect({ status, body: JSON.parse(bytes.toString()) }).toEqual({
        status: 403,
        body: { errors: [{ code: 'DENIED', message }] },
      });
    }
  });
});

describeWithTool('oras', 'oras', ({ oras }) => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'ashlar-oras-'));
    await writeFile(join(folder, 'auth.json'), auth(server.admin));
  });

  afterAll(async () => await rm(folder, { recursive: true, force: true }));

  function auth(token: string): string {
    const entry = { auth: btoa(`anyone:${token}`) };
    return JSON.stringify({ auths: { [server.httpHost]: entry, [server.httpsHost]: entry } });
  }

  /** Pushes a zip as OpenTofu documents it. */
  async function push(reference: string, zip: Uint8Array, ...extra: string[]) {
    await writeFile(join(folder, 'module.zip'), zip);
    return await run(
      oras,
      [
        'push',
        '--plain-http',
        '--registry-config',
        'auth.json',
        '--artifact-type=application/vnd.opentofu.modulepkg',
        ...extra,
        `${server.httpHost}/${reference}`,
        'module.zip:archive/zip',
      ],
      { cwd: folder },
    );
  }

  it('pulls the archive that Terraform gets', async () => {
    const result = await run(
      oras,
      ['pull', '--ca-file', server.caFile, '-o', 'pulled', `${server.httpsHost}/${repository}:1.2.3_a.1`],
      { cwd: folder },
    );

    expect(result).toMatchObject({ exitCode: 0 });
    const download = await get('/v1/modules/contoso/net/azurerm/1.2.3+a.1/download');
    const link = download.headers.get('x-terraform-get')!;
    expect(await readFile(join(folder, 'pulled/net-1.2.3+a.1.zip'))).toEqual((await get(link)).bytes);
  });

  it('pushes a module that Terraform then lists with its source', async () => {
    const zip = zipBytes([{ name: 'main.tf', text: versionModule('1.2.3')['main.tf']! }]);

    const pushed = await push(
      'terraform/contoso/pushed/azurerm:1.2.3',
      zip,
      '--annotation=org.opencontainers.image.source=https://github.com/contoso/pushed',
    );

    expect(pushed).toMatchObject({ exitCode: 0 });
    expect(JSON.parse((await get('/v1/modules/contoso/pushed/azurerm/versions')).bytes.toString())).toEqual({
      modules: [{ source: 'https://github.com/contoso/pushed', versions: [{ version: '1.2.3' }] }],
    });
    const link = (await get('/v1/modules/contoso/pushed/azurerm/1.2.3/download')).headers.get(
      'x-terraform-get',
    )!;
    expect((await get(link)).bytes).toEqual(Buffer.from(zip));
  });

  const terraformFile = { name: 'main.tf', text: '# module\n' };

  it.each([
    ['a tar.gz', gzipSync(Buffer.alloc(1024)), 'its archive/zip layer is not a zip file'],
    ['an empty file', Buffer.alloc(0), 'its archive/zip layer is not a zip file'],
    ['one byte', Buffer.from('P'), 'its archive/zip layer is not a zip file'],
    ['text', Buffer.from('resource {}'), 'its archive/zip layer is not a zip file'],
    ['half a zip', zipBytes([terraformFile]).subarray(0, 40), 'The archive cannot be read'],
    [
      'a zip with a symbolic link',
      zipBytes([terraformFile, { name: 'link.tf', text: '/etc/passwd', mode: 0o120777 }]),
      'The archive entry "link.tf" is a link.',
    ],
    [
      'a zip that climbs out',
      zipBytes([{ name: '../main.tf', text: '#' }]),
      'has a name that is not allowed',
    ],
    ['a zip with a file twice', zipBytes([terraformFile, terraformFile]), 'holds "main.tf" more than once'],
    [
      'a zip without a module',
      zipBytes([{ name: 'README.md', text: '#' }]),
      'The archive holds no module at its root',
    ],
    [
      'a zip of a folder',
      zipBytes([{ name: 'net/main.tf', text: '#' }]),
      'The archive holds no module at its root',
    ],
    ['a zip without files', zipBytes([]), 'The archive holds no files'],
  ])('is told why %s is no module', async (_, zip, reason) => {
    const result = await push('terraform/contoso/refused/azurerm:1.0.0', zip);

    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain(reason);
    expect((await get('/v1/modules/contoso/refused/azurerm/versions')).status).toBe(404);
  });

  it.each([
    ['terraform/contoso/refused/azurerm:latest', 'in a module repository a tag is a version'],
    ['terraform/contoso/refused/azurerm:v1.0.0', 'in a module repository a tag is a version'],
    ['terraform/contoso/refused:1.0.0', 'is not a module address'],
    ['terraform/contoso/refused/azure-rm:1.0.0', 'is not a system'],
  ])('is told why nothing can be pushed to %s', async (reference, reason) => {
    const result = await push(reference, zipBytes([terraformFile]));

    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain(reason);
  });

  it('is told why another artifact type is no module', async () => {
    await writeFile(join(folder, 'module.zip'), zipBytes([terraformFile]));
    const result = await run(
      oras,
      [
        'push',
        '--plain-http',
        '--registry-config',
        'auth.json',
        '--artifact-type=application/zip',
        `${server.httpHost}/terraform/contoso/refused/azurerm:1.0.0`,
        'module.zip:archive/zip',
      ],
      { cwd: folder },
    );

    expect(result.exitCode).toBe(1);
    expect(result.stderr).toContain(
      'its artifactType is application/zip, not application/vnd.opentofu.modulepkg',
    );
  });

  it('cannot put other content under a version', async () => {
    const [first, second] = ['first', 'second'].map((text) =>
      zipBytes([{ name: 'main.tf', text: `# ${text}\n` }]),
    );
    expect(await push('terraform/contoso/once/azurerm:1.0.0', first!)).toMatchObject({ exitCode: 0 });

    const again = await push('terraform/contoso/once/azurerm:1.0.0', second!);

    expect(again.exitCode).toBe(1);
    expect(again.stderr).toContain('exists already with other content and a version never changes');
  });
});

describeWithTool(['oras', 'terraform'], 'a module pushed with oras', ({ oras, terraform }) => {
  it('is installed by Terraform', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'ashlar-oras-'));
    const workspace = await openWorkspace(terraform, {
      files: { 'main.tf': call('it', 'modules.example/contoso/by-oras/azurerm', '~> 1.2') },
      config: hostBlock('modules.example', server.http),
    });
    try {
      await writeFile(join(folder, 'module.zip'), zipBytes([{ name: 'main.tf', text: '# by oras\n' }]));
      const target = `${server.httpHost}/terraform/contoso/by-oras/azurerm:1.2.3`;
      const login = ['--plain-http', '-u', 'anyone', '--password-stdin'];
      const pushed = await run(
        oras,
        [
          'push',
          ...login,
          '--artifact-type=application/vnd.opentofu.modulepkg',
          target,
          'module.zip:archive/zip',
        ],
        { cwd: folder, input: server.admin },
      );

      expect(pushed).toMatchObject({ exitCode: 0 });
      expect(await workspace.init()).toMatchObject({ exitCode: 0, versions: { it: '1.2.3' } });
    } finally {
      await workspace.remove();
      await rm(folder, { recursive: true, force: true });
    }
  });
});
