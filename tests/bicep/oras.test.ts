import { createCipheriv } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { run } from '../support/run.ts';
import { publishFiles, startTestServer, type TestServer } from '../support/server.ts';
import { describeWithTool } from '../support/tool.ts';
import { rawClient } from './raw-http.ts';
import { readRecordings, sha256 } from './recording.ts';
import { indexBodies, playStep } from './replay.ts';

const template = JSON.stringify({
  $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
  metadata: { description: 'Storage account', _generator: { name: 'bicep', version: '0.46.1.1' } },
  resources: [],
});

/** The Go sibling of the library that Bicep uses with `ociEnabled`. */
describeWithTool('oras', 'oras', ({ oras }) => {
  let server: TestServer;
  let folder: string;
  let login: string[];

  beforeAll(async () => {
    server = await startTestServer();
    folder = await mkdtemp(join(tmpdir(), 'ashlar-oras-'));
    await server.api('POST', '/namespaces', { name: 'corp', visibility: 'private' });
    login = ['--plain-http', '--username', 'me', '--password', await server.token('publish:corp')];
  });
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const as = async (command: string, ...args: string[]) =>
    await run(oras, [command, ...args], { cwd: folder });
  const at = (repository: string, tag: string) => `${server.httpHost}/${repository}:${tag}`;

  it('pulls a module that the upload API took', async () => {
    const { body } = await publishFiles(server, 'bicep/corp/upload@1.0.0', {
      'main.json': template,
      'main.bicep': '// empty\n',
    });

    const fetched = await as('manifest', 'fetch', ...login, at('bicep/corp/upload', '1.0.0'));
    const pulled = await as('pull', ...login, '--output', 'upload', at('bicep/corp/upload', '1.0.0'));

    expect([fetched.exitCode, sha256(Buffer.from(fetched.stdout))]).toEqual([0, body.digest]);
    expect(pulled).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(`Digest: ${body.digest}`) });
    expect(await readFile(join(folder, 'upload/Compiled ARM template'), 'utf8')).toBe(template);
    expect((await readFile(join(folder, 'upload/Source files'))).subarray(0, 2)).toEqual(
      Buffer.from([0x1f, 0x8b]),
    );
  });

  it('pulls a module that the recorded Bicep client pushed', async () => {
    const recordings = readRecordings();
    const index = recordings.findIndex(({ scenario }) => scenario === '04-publish-with-source');
    const http = rawClient(server.http, Number(new URL(server.http).port));
    const replay = { server, http, https: http, entraToken: () => '' };
    const played = await playStep(replay, recordings[index]!, 0, 'module', indexBodies(recordings));
    const manifest = played.at(-1)!;
    const [, repository, tag] = /^\/v2\/(.+)\/manifests\/(.+)$/.exec(manifest.target)!;

    const pulled = await as('pull', '--plain-http', '--output', 'recorded', at(repository!, tag!));

    expect(pulled).toMatchObject({
      exitCode: 0,
      stdout: expect.stringContaining(`Digest: ${sha256(manifest.sent)}`),
    });
    expect(await readFile(join(folder, 'recorded/Compiled ARM template'), 'utf8')).toContain(
      'Storage account with sane defaults',
    );
  });

  it('pushes and pulls an extension with a binary of nine MiB', async () => {
    const binary = createCipheriv('aes-128-ctr', Buffer.alloc(16), Buffer.alloc(16)).update(
      Buffer.alloc(9 * 1024 * 1024),
    );
    await writeFile(join(folder, 'extension.bin'), binary);
    await writeFile(join(folder, 'types.tgz'), 'types');
    await writeFile(join(folder, 'config.json'), '{}');
    const kind = 'application/vnd.ms.bicep.provider';
    const type = (name: string) => `${kind}.layer.v1.${name}`;

    const pushed = await as(
      'push',
      ...login,
      '--artifact-type',
      `${kind}.artifact`,
      '--config',
      `config.json:${kind}.config.v1+json`,
      at('corp/extensions/demo', '0.1.0'),
      `types.tgz:${type('tar+gzip')}`,
      `extension.bin:${type('linux-x64.binary')}`,
    );
    const pulled = await as('pull', ...login, '--output', 'extension', at('corp/extensions/demo', '0.1.0'));

    expect([pushed.exitCode, pulled.exitCode]).toEqual([0, 0]);
    expect(sha256(await readFile(join(folder, 'extension/extension.bin')))).toBe(sha256(binary));
    expect(await readFile(join(folder, 'extension/types.tgz'), 'utf8')).toBe('types');
  });

  it('is told why an extension is no module, and why a version stays', async () => {
    await writeFile(join(folder, 'main.json'), template);
    await writeFile(join(folder, 'module-config.json'), '{}');
    const push = async (artifactType: string, tag: string) =>
      await as(
        'push',
        ...login,
        '--artifact-type',
        artifactType,
        '--config',
        'module-config.json:application/vnd.ms.bicep.module.config.v1+json',
        at('bicep/corp/upload', tag),
        'main.json:application/vnd.ms.bicep.module.layer.v1+json',
      );

    const foreign = await push('application/vnd.ms.bicep.provider.artifact', '2.0.0');
    const again = await push('application/vnd.ms.bicep.module.artifact', '1.0.0');

    expect([foreign.exitCode, foreign.stderr]).toEqual([
      1,
      expect.stringContaining(
        'its artifactType is application/vnd.ms.bicep.provider.artifact, not application/vnd.ms.bicep.module.artifact',
      ),
    ]);
    expect([again.exitCode, again.stderr]).toEqual([
      1,
      expect.stringMatching(
        /bicep\/corp\/upload@1\.0\.0 exists already with other content.*it is sha256:[0-9a-f]{64}, this is sha256:[0-9a-f]{64}\. Publish under a new version\./s,
      ),
    ]);
  });
});
