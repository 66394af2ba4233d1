import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { bytesOf } from '../oci/content.ts';
import { run } from '../support/run.ts';
import { type S3Service, startS3 } from '../support/s3/service.ts';
import { publishFiles, startTestServer, type TestServer } from '../support/server.ts';
import { describeWithTool } from '../support/tool.ts';
import { openWorkspace } from '../terraform/client.ts';

let service: S3Service;
let server: TestServer;
let folder: string;

beforeAll(async () => {
  service = await startS3();
  Object.assign(process.env, service.credentials);
  server = await startTestServer({ settings: { blobs: service.url() } });
  folder = await mkdtemp(join(tmpdir(), 'ashlar-s3-clients-'));
});
afterAll(async () => {
  await server.stop();
  await service.stop();
  await rm(folder, { recursive: true });
});

async function runClient(command: string, args: readonly string[]): Promise<void> {
  const result = await run(command, args, { cwd: folder, env: { DOCKER_CONFIG: folder, HOME: folder } });
  expect({ ...result, stderr: result.exitCode === 0 ? '' : result.stderr }).toMatchObject({
    exitCode: 0,
    stderr: '',
  });
}

describeWithTool('terraform', 'terraform', ({ terraform }) => {
  it('installs a module whose archive is in the bucket', async () => {
    const main = 'output "vnet" {\n  value = "vnet"\n}\n';
    const published = await publishFiles(server, 'terraform/public/network/azurerm@1.2.0', {
      'main.tf': main,
    });
    expect(published.status).toBe(201);
    const workspace = await openWorkspace(terraform, {
      files: {
        'main.tf': `module "net" {\n  source  = "${server.httpsHost}/public/network/azurerm"\n  version = "1.2.0"\n}\n`,
      },
      config: `credentials "${server.httpsHost}" {\n  token = "${server.admin}"\n}\n`,
      caFile: server.caFile,
    });
    service.requests.length = 0;

    const { exitCode, versions, stderr } = await workspace.init();

    expect({ exitCode, versions, stderr }).toEqual({ exitCode: 0, versions: { net: '1.2.0' }, stderr: '' });
    expect(await readFile(join(workspace.folder, '.terraform/modules/net/main.tf'), 'utf8')).toBe(main);
    expect(service.requests.map(({ action }) => action)).toContain('GetObject');
    await workspace.remove();
  });
});

describeWithTool(['oras', 'skopeo'], 'oras and skopeo', ({ oras, skopeo }) => {
  const names = ['small.txt', 'large.bin'];

  beforeAll(async () => {
    await mkdir(join(folder, 'in'));
    await writeFile(join(folder, 'in/small.txt'), 'small');
    // Larger than a part.
    await writeFile(join(folder, 'in/large.bin'), bytesOf(9_000_000));
  });

  it('push and pull artifacts through the bucket', async () => {
    const login = ['--plain-http', '--username', 'any', '--password', server.admin];
    const reference = `${server.httpHost}/contoso/artifact:v1`;
    const files = names.map((name) => `in/${name}:application/octet-stream`);
    await runClient(oras, ['push', ...login, reference, ...files]);
    const copy = [
      'copy',
      '--insecure-policy',
      '--preserve-digests',
      '--src-tls-verify=false',
      '--dest-tls-verify=false',
    ];
    const credentials = ['--src-creds', `any:${server.admin}`, '--dest-creds', `any:${server.admin}`];
    const copied = `${server.httpHost}/contoso/copied:v1`;
    await runClient(skopeo, [...copy, ...credentials, `docker://${reference}`, `docker://${copied}`]);
    await runClient(oras, ['pull', ...login, '--output', 'out', copied]);

    for (const name of names) {
      const [sent, received] = [
        await readFile(join(folder, 'in', name)),
        await readFile(join(folder, 'out/in', name)),
      ];
      expect(received.equals(sent)).toBe(true);
    }
    expect(service.requests.map(({ action }) => action)).toContain('CompleteMultipartUpload');
  });
});
