import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { afterAll, beforeAll, expect, it } from 'vitest';

import { ociClient, type Send } from '../oci/client.ts';
import { bicepModule, bytesOf, digestOf, pushBicep } from '../oci/content.ts';
import { run } from '../support/run.ts';
import { publishFiles } from '../support/server.ts';
import { describeWithTool, requireTool } from '../support/tool.ts';
import { call, createNamespace, credentials, openWorkspace, versionModule } from '../terraform/client.ts';
import { connectionsOf, type Proxied, type ProxyName, startProxied } from './proxy.ts';

for (const name of ['nginx', 'apache2'] as const satisfies readonly ProxyName[]) {
  describeWithTool(name, `${name} with its file of deploy/`, (tools) => {
    let proxied: Proxied;
    let send: Send;
    let folder: string;

    beforeAll(async () => {
      proxied = await startProxied(name, tools[name]);
      const { server, url, ca } = proxied;
      send = ociClient({ ...server, https: url, ca }, { token: server.admin, tls: true }).send;
      folder = await mkdtemp(join(tmpdir(), 'ashlar-proxied-'));
      await createNamespace(server, 'contoso', 'private');
    });
    afterAll(async () => {
      await proxied.stop();
      await rm(folder, { recursive: true, force: true });
    });

    /** Sends a request whose headers are ours to the letter, and reads the answer. */
    async function ask(method: string, path: string, headers: Record<string, string> = {}) {
      return await send(method, path, { headers });
    }

    async function expectSuccess(command: string, args: readonly string[]): Promise<void> {
      const { exitCode, stderr } = await run(command, args, {
        cwd: folder,
        env: { HOME: folder, DOCKER_CONFIG: folder, SSL_CERT_FILE: proxied.caFile },
      });
      expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
    }

    it('asks for tokens under its own address, whatever the client claims', async () => {
      const { headers, status } = await ociClient(
        { ...proxied.server, https: proxied.url, ca: proxied.ca },
        { tls: true },
      ).send('GET', '/v2/', {
        headers: {
          'x-forwarded-host': 'evil.example',
          'x-forwarded-proto': 'http',
          forwarded: 'host=evil.example',
        },
      });
      expect(status).toBe(401);
      expect(headers['www-authenticate']).toContain(`Bearer realm="${proxied.url}/token"`);
      expect(headers['docker-distribution-api-version']).toBe('registry/2.0');
    });

    it('lets a blob of 40 MB through both ways, compressed by nobody', async () => {
      const content = randomBytes(40_000_000);
      const digest = digestOf(content);
      const begun = await ask('POST', '/v2/contoso/plain/blobs/uploads/');
      const { location } = begun.headers;
      expect(location).toMatch(/^\/v2\/contoso\/plain\/blobs\/uploads\//);
      const patched = await send('PATCH', location!, { body: content });
      expect(patched.status).toBe(202);
      const finished = await ask('PUT', `${patched.headers.location}?digest=${digest}`);
      expect(finished.status).toBe(201);

      const path = `/v2/contoso/plain/blobs/${digest}`;
      const whole = await ask('GET', path, { 'accept-encoding': 'gzip, br' });
      expect(whole.body.equals(content)).toBe(true);
      expect(whole.headers).toMatchObject({ 'content-length': '40000000', 'accept-ranges': 'bytes' });
      expect(whole.headers['content-encoding']).toBeUndefined();
      expect(whole.headers.etag).toBe(`"${digest}"`);

      const part = await ask('GET', path, { range: 'bytes=1000-1999' });
      expect([part.status, part.headers['content-range']]).toEqual([206, 'bytes 1000-1999/40000000']);
      expect(part.body.equals(content.subarray(1000, 2000))).toBe(true);
      const head = await ask('HEAD', path);
      expect([head.status, head.headers['content-length'], head.body.length]).toEqual([200, '40000000', 0]);
      expect((await ask('GET', path, { 'if-none-match': `"${digest}"` })).status).toBe(304);
    });

    it('hands on escaped slashes and colons', async () => {
      const { headers } = await pushBicep(send, 'bicep/contoso/res/network', '1.2.0', bicepModule('proxied'));
      const digest = headers['docker-content-digest'] as string;
      const name = encodeURIComponent('bicep/contoso/res/network');
      for (const path of [`/acr/v1/${name}`, `/acr/v1/${name}/_tags/1.2.0`]) {
        const { status, json } = await ask('GET', path);
        expect([path, status, json.imageName]).toEqual([path, 200, 'bicep/contoso/res/network']);
      }
      const manifest = await ask('GET', `/acr/v1/${name}/_manifests/${encodeURIComponent(digest)}`);
      expect(manifest.json.manifest).toMatchObject({ digest });
    });

    it.each([
      '/v2//contoso/plain/tags/list',
      '/v2/contoso/../plain/tags/list',
      '/acr/v1/contoso%252Fplain/_tags',
    ])('hands on %s untouched, and lets the server refuse it', async (path) => {
      const { status, headers } = await ask('GET', path);
      expect([status, headers['ashlar-error']]).toEqual([400, 'ASH-REPOSITORY-INVALID']);
    });

    it('answers a refused upload before it is sent', async () => {
      const { hostname, port } = new URL(proxied.url);
      const answer = await new Promise<{ status: number | undefined; error: unknown }>((resolve, reject) => {
        const outgoing = request(
          {
            hostname,
            port,
            ca: proxied.ca,
            method: 'POST',
            path: `/v2/contoso/plain/blobs/uploads/?digest=${digestOf(Buffer.of(1))}`,
            headers: {
              'content-length': 1024 ** 3,
              // Apache hands on a body to its end before it listens, unless the client waits to be asked for it.
              ...(name === 'apache2' ? { expect: '100-continue' } : {}),
            },
            agent: false,
          },
          (response) => {
            resolve({ status: response.statusCode, error: response.headers['ashlar-error'] });
            outgoing.destroy();
          },
        );
        outgoing.on('error', reject);
        if (name === 'apache2') outgoing.flushHeaders();
        else outgoing.write(randomBytes(1000));
      });
      expect(answer).toEqual({ status: 401, error: 'ASH-AUTH-REQUIRED' });
    });

    it('works for a client that waits for 100 Continue', async () => {
      const content = bytesOf(200_000, 'continue');
      const { hostname, port } = new URL(proxied.url);
      const status = await new Promise((resolve, reject) => {
        const outgoing = request(
          {
            hostname,
            port,
            ca: proxied.ca,
            method: 'POST',
            path: `/v2/contoso/plain/blobs/uploads/?digest=${digestOf(content)}`,
            headers: {
              authorization: `Bearer ${proxied.server.admin}`,
              'content-length': content.length,
              expect: '100-continue',
            },
            agent: false,
          },
          (response) => resolve(response.resume().statusCode),
        );
        outgoing.on('error', reject);
        outgoing.on('continue', () => outgoing.end(content));
        outgoing.flushHeaders();
      });
      expect(status).toBe(201);
    });

    it('keeps its connections to the server', async () => {
      const count = await connectionsOf(proxied.server, async () => {
        for (let index = 0; index < 30; index++) expect((await ask('GET', '/v2/')).status).toBe(200);
      });
      expect(count).toBeLessThan(8);
    });

    it('does not show metrics to the world', async () => {
      expect((await ask('GET', '/metrics')).status).toBe(403);
      expect((await ask('GET', '/readyz')).status).toBe(200);
    });

    it('gives ashlar doctor --server nothing to complain about', async () => {
      const { server, url, caFile } = proxied;
      await publishFiles(server, 'terraform/contoso/doctor/azurerm@1.0.0', versionModule('1.0.0'));
      const bin = fileURLToPath(new URL('../../packages/cli/bin/ashlar.js', import.meta.url));
      const { stdout } = await run(process.execPath, [bin, 'doctor', '--server', url, '--json'], {
        env: { ASHLAR_TOKEN: server.admin, ASHLAR_CA: caFile, HOME: folder },
      });
      const { checks } = JSON.parse(stdout) as { checks: { name: string; status: string; detail: string }[] };
      expect(checks.filter(({ status }) => status === 'fail' || status === 'warn')).toEqual([]);
      expect(checks.filter(({ status }) => status === 'skip').map(({ name }) => name)).toEqual(['metrics']);
    });

    const skopeo = requireTool('skopeo');
    const oras = requireTool('oras');
    const terraform = requireTool('terraform');

    it.skipIf(oras === undefined)(
      `oras pushes and pulls${oras ? '' : ' (skipped: oras is not in PATH)'}`,
      async () => {
        const { server, host } = proxied;
        await writeFile(join(folder, 'file.bin'), randomBytes(3_000_000));
        const sign = ['--username', 'any', '--password', server.admin];
        await expectSuccess(oras!, ['push', ...sign, `${host}/contoso/oras:v1`, 'file.bin']);
        await expectSuccess(oras!, [
          'pull',
          ...sign,
          '-o',
          join(folder, 'pulled'),
          `${host}/contoso/oras:v1`,
        ]);
      },
    );

    it.skipIf(skopeo === undefined)(
      `skopeo copies in and out${skopeo ? '' : ' (skipped: skopeo is not in PATH)'}`,
      async () => {
        const { server, host } = proxied;
        await pushBicep(send, 'bicep/contoso/res/copied', '1.0.0', bicepModule('copied'));
        const copy = ['copy', '--insecure-policy', '--preserve-digests'];
        const creds = `any:${server.admin}`;
        const image = `docker://${host}/bicep/contoso/res/copied:1.0.0`;
        await expectSuccess(skopeo!, [...copy, '--src-creds', creds, image, `dir:${join(folder, 'image')}`]);
        const target = `docker://${host}/contoso/copy:v1`;
        await expectSuccess(skopeo!, [
          ...copy,
          '--dest-creds',
          creds,
          `dir:${join(folder, 'image')}`,
          target,
        ]);
      },
    );

    it.skipIf(terraform === undefined)(
      `terraform installs a private module${terraform ? '' : ' (skipped: terraform is not in PATH)'}`,
      async () => {
        const { server, host, caFile } = proxied;
        const reference = 'terraform/contoso/net/azurerm@1.0.0+build.7';
        expect((await publishFiles(server, reference, versionModule('1.0.0'))).status).toBe(201);
        const workspace = await openWorkspace(terraform!, {
          files: { 'main.tf': call('net', `${host}/contoso/net/azurerm`, '1.0.0+build.7') },
          config: credentials(host, server.admin),
          caFile,
        });
        const result = await workspace.init();
        await workspace.remove();
        expect({
          exitCode: result.exitCode,
          versions: result.versions,
          text: result.exitCode ? result.text : '',
        }).toEqual({
          exitCode: 0,
          versions: { net: '1.0.0+build.7' },
          text: '',
        });
      },
    );
  });
}
