import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { freePort } from '../support/free-port.ts';
import { run, type RunningProgram, start } from '../support/run.ts';
import { startTestServer, type TestServer } from '../support/server.ts';
import { describeWithTool } from '../support/tool.ts';
import { ociClient, type Send } from './client.ts';
import { bicepModule, bytesOf, descriptor, digestOf, imageManifest, json, pushBicep } from './content.ts';

let server: TestServer;
let send: Send;
let folder: string;

beforeAll(async () => {
  server = await startTestServer();
  ({ send } = ociClient(server, { token: server.admin }));
  folder = await mkdtemp(join(tmpdir(), 'ashlar-clients-'));
});
afterAll(async () => {
  await server.stop();
  await rm(folder, { recursive: true });
});

/** Runs a client in a folder of its own and expects it to succeed; returns what it wrote. */
async function runClient(command: string, args: readonly string[], cwd: string = folder): Promise<string> {
  const { exitCode, stdout, stderr } = await run(command, args, {
    cwd,
    env: { DOCKER_CONFIG: folder, HOME: folder },
  });
  expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }, `${command} ${args.join(' ')}`).toEqual({
    exitCode: 0,
    stderr: '',
  });
  return stdout;
}

/** Writes an image of three layers as an OCI layout. */
async function writeLayout(layout: string): Promise<Buffer> {
  const layers = ['one', 'two', 'three'].map((seed) => gzipSync(bytesOf(200_000, seed)));
  const config = json({
    architecture: 'amd64',
    os: 'linux',
    config: {},
    rootfs: {
      type: 'layers',
      diff_ids: ['one', 'two', 'three'].map((seed) => digestOf(bytesOf(200_000, seed))),
    },
  });
  const manifest = json({
    schemaVersion: 2,
    mediaType: imageManifest,
    config: descriptor(config, 'application/vnd.oci.image.config.v1+json'),
    layers: layers.map((layer) => descriptor(layer, 'application/vnd.oci.image.layer.v1.tar+gzip')),
  });
  await mkdir(join(layout, 'blobs/sha256'), { recursive: true });
  for (const blob of [...layers, config, manifest]) {
    await writeFile(join(layout, 'blobs/sha256', digestOf(blob).slice('sha256:'.length)), blob);
  }
  await writeFile(join(layout, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}');
  const annotations = { 'org.opencontainers.image.ref.name': 'v1' };
  const index = { schemaVersion: 2, manifests: [{ ...descriptor(manifest, imageManifest), annotations }] };
  await writeFile(join(layout, 'index.json'), json(index));
  return manifest;
}

describeWithTool(
  ['skopeo', 'docker-registry'],
  'skopeo between Ashlar and CNCF distribution',
  ({ skopeo, 'docker-registry': distribution }) => {
    let peer: RunningProgram;
    let peerHost: string;

    beforeAll(async () => {
      const port = await freePort();
      peerHost = `127.0.0.1:${port}`;
      const config = join(folder, 'distribution.yml');
      const storage = `storage: { filesystem: { rootdirectory: ${join(folder, 'distribution')} } }`;
      await writeFile(
        config,
        `version: 0.1\nlog: { level: error }\n${storage}\nhttp: { addr: "${peerHost}" }\n`,
      );
      peer = await start(distribution, ['serve', config]);
      const isUp = async () =>
        await fetch(`http://${peerHost}/v2/`)
          .then(({ ok }) => ok)
          .catch(() => false);
      while (!(await isUp())) await sleep(50);
    });
    afterAll(async () => await peer.stop());

    /** Copies with equal digests; `docker://` ends that are Ashlar get credentials. */
    async function copy(from: string, to: string): Promise<void> {
      const args = [
        'copy',
        '--insecure-policy',
        '--preserve-digests',
        '--src-tls-verify=false',
        '--dest-tls-verify=false',
      ];
      if (from.includes(server.httpHost)) args.push('--src-creds', `any:${server.admin}`);
      if (to.includes(server.httpHost)) args.push('--dest-creds', `any:${server.admin}`);
      await runClient(skopeo, [...args, from, to]);
    }

    it('copies an image of several layers both ways', async () => {
      const manifest = await writeLayout(join(folder, 'layout'));
      await copy(`oci:${join(folder, 'layout')}:v1`, `docker://${server.httpHost}/contoso/image:v1`);
      await copy(`docker://${server.httpHost}/contoso/image:v1`, `docker://${peerHost}/image:v1`);
      await copy(`docker://${peerHost}/image:v1`, `docker://${server.httpHost}/contoso/returned:v1`);
      await copy(`docker://${server.httpHost}/contoso/returned:v1`, `oci:${join(folder, 'returned')}:v1`);

      expect((await send('GET', '/v2/contoso/returned/manifests/v1')).body.equals(manifest)).toBe(true);
      const { layers } = JSON.parse(manifest.toString()) as { layers: { digest: string }[] };
      for (const { digest } of layers) {
        const name = join('blobs/sha256', digest.slice('sha256:'.length));
        expect(digestOf(await readFile(join(folder, 'returned', name)))).toBe(digest);
      }
    });

    it('copies a Bicep module both ways', async () => {
      const module = bicepModule('copied');
      await pushBicep(send, 'bicep/contoso/res/original', '1.2.0', module);
      await copy(
        `docker://${server.httpHost}/bicep/contoso/res/original:1.2.0`,
        `docker://${peerHost}/bicep/module:1.2.0`,
      );
      await copy(
        `docker://${peerHost}/bicep/module:1.2.0`,
        `docker://${server.httpHost}/bicep/contoso/res/copied:1.2.0`,
      );

      expect(
        (await send('GET', '/v2/bicep/contoso/res/copied/manifests/1.2.0')).body.equals(module.manifest),
      ).toBe(true);
      expect((await server.api('GET', '/version?ref=bicep/contoso/res/copied@1.2.0')).body).toMatchObject({
        digest: module.digest,
      });
    });
  },
);

describeWithTool(['skopeo'], 'skopeo', ({ skopeo }) => {
  it.each(['http', 'https'])(
    'logs in with the right password and not with a wrong one, over %s',
    async (scheme) => {
      const certificates = join(folder, 'certificates');
      await mkdir(certificates, { recursive: true });
      await writeFile(join(certificates, 'ca.crt'), server.ca);
      const host = scheme === 'http' ? server.httpHost : server.httpsHost;
      const trust = scheme === 'http' ? ['--tls-verify=false'] : ['--cert-dir', certificates];
      const auth = ['--authfile', join(folder, `${scheme}.json`)];

      expect(
        await runClient(skopeo, ['login', ...trust, ...auth, '-u', 'any', '-p', server.admin, host]),
      ).toContain('Login Succeeded');
      const wrong = await run(skopeo, ['login', ...trust, ...auth, '-u', 'any', '-p', 'wrong', host]);
      expect(wrong.exitCode).not.toBe(0);
      expect(wrong.stderr).toMatch(/invalid username\/password|unauthorized/i);

      const name = `contoso/skopeo-${scheme}`;
      await writeLayout(join(folder, 'layout'));
      const to = scheme === 'http' ? ['--dest-tls-verify=false'] : ['--dest-cert-dir', certificates];
      await runClient(skopeo, [
        'copy',
        '--insecure-policy',
        ...to,
        ...auth,
        `oci:${join(folder, 'layout')}:v1`,
        `docker://${host}/${name}:v1`,
      ]);
      const inspected = JSON.parse(
        await runClient(skopeo, ['inspect', ...trust, ...auth, `docker://${host}/${name}:v1`]),
      ) as object;
      expect(inspected).toMatchObject({ RepoTags: ['v1'], Architecture: 'amd64' });
      expect(
        JSON.parse(await runClient(skopeo, ['list-tags', ...trust, ...auth, `docker://${host}/${name}`])),
      ).toMatchObject({ Tags: ['v1'] });
      await runClient(skopeo, ['delete', ...trust, ...auth, `docker://${host}/${name}:v1`]);
      expect((await send('HEAD', `/v2/${name}/manifests/v1`)).status).toBe(404);
    },
  );

  it('reads what is public without credentials', async () => {
    await server.api('POST', '/namespaces', { name: 'open', visibility: 'public' });
    await pushBicep(send, 'bicep/open/res/m', '1.0.0');

    const out = await runClient(skopeo, [
      'inspect',
      '--raw',
      '--no-creds',
      '--tls-verify=false',
      `docker://${server.httpHost}/bicep/open/res/m:1.0.0`,
    ]);
    expect(out).toBe(bicepModule().manifest.toString());
  });
});

describeWithTool(['oras'], 'oras', ({ oras }) => {
  describe.each(['http', 'https'])('over %s', (scheme) => {
    const trust = () => [
      ...(scheme === 'http' ? ['--plain-http'] : ['--ca-file', server.caFile]),
      '--registry-config',
      join(folder, `oras-${scheme}.json`),
    ];
    const host = () => (scheme === 'http' ? server.httpHost : server.httpsHost);
    const call = async (command: string, ...args: string[]) =>
      await runClient(oras, [...command.split(' '), ...trust(), ...args], folder);
    const name = () => `${host()}/contoso/oras-${scheme}`;

    beforeAll(async () => {
      await writeFile(join(folder, 'hello.txt'), 'hello');
      await writeFile(join(folder, 'large.bin'), bytesOf(5_000_000));
      await writeFile(join(folder, 'sbom.json'), '{"sbom":true}');
      await call('login', '-u', 'any', '-p', server.admin, host());
    });

    it('does not log in with a wrong password', async () => {
      const args = [
        'login',
        ...trust(),
        '--registry-config',
        join(folder, 'wrong.json'),
        '-u',
        'any',
        '-p',
        'wrong',
        host(),
      ];

      expect((await run(oras, args)).exitCode).not.toBe(0);
    });

    it('pushes, pulls, attaches, discovers and copies with all referrers', async () => {
      await call(
        'push',
        `${name()}:v1`,
        '--artifact-type',
        'application/x.test',
        'hello.txt:text/plain',
        'large.bin:application/octet-stream',
      );
      await call('pull', `${name()}:v1`, '-o', `pulled-${scheme}`);
      expect((await readFile(join(folder, `pulled-${scheme}`, 'large.bin'))).equals(bytesOf(5_000_000))).toBe(
        true,
      );

      await call(
        'attach',
        `${name()}:v1`,
        '--artifact-type',
        'application/x.sbom',
        'sbom.json:application/json',
      );
      const found = JSON.parse(await call('discover', `${name()}:v1`, '--format', 'json')) as {
        referrers: object[];
      };
      expect(found.referrers).toMatchObject([{ artifactType: 'application/x.sbom' }]);

      const same =
        scheme === 'http'
          ? ['--from-plain-http', '--to-plain-http']
          : ['--from-ca-file', server.caFile, '--to-ca-file', server.caFile];
      const config = join(folder, `oras-${scheme}.json`);
      await runClient(oras, [
        'cp',
        '-r',
        ...same,
        '--from-registry-config',
        config,
        '--to-registry-config',
        config,
        `${name()}:v1`,
        `${name()}/copy:v1`,
      ]);
      const copied = JSON.parse(await call('discover', `${name()}/copy:v1`, '--format', 'json')) as {
        referrers: object[];
      };
      expect(copied.referrers).toMatchObject([{ artifactType: 'application/x.sbom' }]);
    });

    it('lists tags and repositories, tags, fetches and deletes', async () => {
      await call('push', `${name()}/list:v1`, 'hello.txt');
      await call('tag', `${name()}/list:v1`, 'v2', 'v3');
      expect((await call('repo tags', `${name()}/list`)).trim().split('\n')).toEqual(['v1', 'v2', 'v3']);
      // Over http the list is answered without a challenge, and oras shows its credentials only when it is asked.
      const listed = (await call('repo ls', host())).split('\n');
      expect(listed.includes(`contoso/oras-${scheme}/list`)).toBe(scheme === 'https');
      const manifest = JSON.parse(await call('manifest fetch', `${name()}/list:v1`)) as {
        layers: { digest: string }[];
      };
      const blob = `${name()}/list@${manifest.layers[0]!.digest}`;
      expect(await call('blob fetch', '-o', '-', blob)).toBe('hello');
      await call('blob push', `${name()}/list`, 'sbom.json');

      await call('manifest delete', '-f', `${name()}/list:v2`);
      await call('blob delete', '-f', blob);
      expect(
        (await send('HEAD', `/v2/contoso/oras-${scheme}/list/blobs/${manifest.layers[0]!.digest}`)).status,
      ).toBe(404);
    });

    it('shows the refusal of a version that exists, and the warning of a deprecated one', async () => {
      const module = `bicep/contoso/res/oras-${scheme}`;
      await pushBicep(send, module, '1.0.0', bicepModule('first'));
      await pushBicep(send, module, '2.0.0', bicepModule('second'));
      const args = [
        'cp',
        ...(scheme === 'http'
          ? ['--from-plain-http', '--to-plain-http']
          : ['--from-ca-file', server.caFile, '--to-ca-file', server.caFile]),
      ];
      const config = join(folder, `oras-${scheme}.json`);
      const registries = ['--from-registry-config', config, '--to-registry-config', config];
      const refused = await run(oras, [
        ...args,
        ...registries,
        `${host()}/${module}:2.0.0`,
        `${host()}/${module}:1.0.0`,
      ]);
      expect(refused.exitCode).not.toBe(0);
      expect(refused.stderr).toContain('exists already with other content');

      await server.api('POST', `/version/deprecate?ref=${module}@1.0.0`, { reason: 'old' });
      const { stdout, stderr } = await run(oras, [
        'manifest',
        'fetch',
        ...trust(),
        `${host()}/${module}:1.0.0`,
      ]);
      expect(stdout + stderr).toContain('is deprecated: old');
    });
  });
});
