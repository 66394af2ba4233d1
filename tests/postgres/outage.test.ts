import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { type Cluster, startCluster } from '../support/postgres.ts';
import { runTask } from '../maintenance/task.ts';
import { run } from '../support/run.ts';
import { publishFiles, startTestServer, type TestServer } from '../support/server.ts';
import { describeWithTool } from '../support/tool.ts';
import { call, createNamespace, openWorkspace, versionModule } from '../terraform/client.ts';

/** Seconds without PostgreSQL: `npm run show:outage` takes five minutes. */
const outage = Number(process.env['ASHLAR_OUTAGE'] ?? 5);
/** Each kind of client runs so often at the same time, for its part of the outage. */
const parallel = 4;
const kinds = 5;

const template = JSON.stringify({
  $schema: 'https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#',
  metadata: { description: 'Net', _generator: { name: 'bicep', version: '0.46.1.1' } },
  resources: [],
});

/** P7: what is published stays readable while the database is down; what would change something says when to return. */
describeWithTool('postgres', 'P7: without PostgreSQL', ({ postgres }) => {
  let cluster: Cluster;
  let server: TestServer;
  let folder: string;
  let url: string;

  beforeAll(async () => {
    cluster = await startCluster(postgres);
    folder = await mkdtemp(join(tmpdir(), 'ashlar-outage-'));
    url = await cluster.createDatabase('outage');
    server = await startTestServer({ data: join(folder, 'data'), settings: { database: url } });
    for (const name of ['open', 'closed']) {
      await createNamespace(server, name, name === 'open' ? 'public' : 'private');
      const files = { 'main.json': template, 'main.bicep': '// empty\n' };
      for (const [reference, content] of [
        [`terraform/${name}/net/azurerm@1.0.0`, versionModule('1.0.0')],
        [`bicep/${name}/net@1.0.0`, files],
      ] as const) {
        const { status, body } = await publishFiles(server, reference, content);
        if (status !== 201) throw new Error(JSON.stringify(body));
      }
    }
    await cluster.stop('immediate');
  }, 60_000);

  afterAll(async () => {
    await server.stop();
    await cluster.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const authorization = () => ({ authorization: `Basic ${btoa(`any:${server.admin}`)}` });
  const get = async (path: string) => {
    const response = await fetch(server.http + path, { headers: authorization() });
    return { status: response.status, text: await response.text() };
  };

  /** Runs a client again and again, several at a time; every run must succeed. */
  async function keepRunning(kind: string, client: (n: number) => Promise<void>): Promise<void> {
    const until = performance.now() + (outage * 1000) / kinds;
    const times: number[] = [];
    await Promise.all(
      Array.from({ length: parallel }, async (_, lane) => {
        for (let n = 0; n === 0 || performance.now() < until; n++) {
          const begin = performance.now();
          await client(lane * 1_000_000 + n);
          times.push(performance.now() - begin);
        }
      }),
    );
    const sorted = times.toSorted((a, b) => a - b);
    const at = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)]!);
    console.log(`${kind}: ${times.length} runs, all fine; median ${at(0.5)} ms, p99 ${at(0.99)} ms`);
  }

  const limit = { timeout: 60_000 + outage * 2_000 };

  describe('reading goes on', () => {
    it('through ACR calls', limit, async () => {
      await keepRunning('acr', async () => {
        const catalog = await get('/acr/v1/_catalog');
        const tags = await get('/acr/v1/bicep/closed/net/_tags');

        expect([catalog.status, tags.status]).toEqual([200, 200]);
        expect(JSON.parse(catalog.text).repositories).toContain('bicep/closed/net');
        expect(JSON.parse(tags.text).tags).toMatchObject([{ name: '1.0.0' }]);
      });
    });

    it('through the API', limit, async () => {
      await keepRunning('api', async () => {
        const { status, body } = await server.api('GET', '/modules');

        expect({ status, count: body.modules?.length }).toEqual({
          status: 200,
          count: 4,
        });
      });
    });

    describeWithTool('terraform', 'through terraform init', ({ terraform }) => {
      it('of a public module', limit, async () => {
        await keepRunning('terraform', async () => {
          const main = call('net', `${server.httpsHost}/open/net/azurerm`, '1.0.0');
          const workspace = await openWorkspace(terraform, {
            files: { 'main.tf': main },
            caFile: server.caFile,
          });
          expect(await workspace.init()).toMatchObject({ exitCode: 0, versions: { net: '1.0.0' } });
          await workspace.remove();
        });
      });
    });

    describeWithTool('oras', 'through oras pull', ({ oras }) => {
      it('of a private module', limit, async () => {
        await keepRunning('oras', async (n) => {
          const login = ['--plain-http', '--username', 'me', '--password', server.admin];
          const target = `${server.httpHost}/bicep/closed/net:1.0.0`;
          const pulled = await run(oras, ['pull', ...login, '--output', join(folder, `oras-${n}`), target]);

          expect(pulled).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('Digest: sha256:') });
        });
      });
    });

    describeWithTool('skopeo', 'through skopeo copy', ({ skopeo }) => {
      it('of a private module', limit, async () => {
        await keepRunning('skopeo', async (n) => {
          const source = ['--src-tls-verify=false', '--src-creds', `me:${server.admin}`];
          const from = `docker://${server.httpHost}/bicep/closed/net:1.0.0`;
          const to = `dir:${join(folder, `skopeo-${n}`)}`;
          const copied = await run(skopeo, ['--insecure-policy', 'copy', ...source, from, to]);

          expect(copied).toMatchObject({ exitCode: 0 });
        });
      });
    });
  });

  it.each<[string, () => Promise<Response>]>([
    ['a namespace', async () => await post('/api/v1/namespaces', { name: 'new' })],
    ['a token', async () => await post('/api/v1/tokens', { name: 'new', scopes: ['read:open'] })],
    ['a version', async () => await putVersion()],
    ['a blob', async () => await putBlob()],
    ['a manifest', async () => await send('PUT', '/v2/open/image/manifests/latest', emptyIndex, indexType)],
    ['a deletion', async () => await send('DELETE', '/v2/bicep/open/net/manifests/1.0.0')],
  ])('refuses %s for now, and says when to come back', async (_, request) => {
    const begin = performance.now();
    const response = await request();

    expect({
      status: response.status,
      retryAfter: response.headers.get('retry-after'),
      error: response.headers.get('ashlar-error'),
      text: await response.text(),
    }).toEqual({
      status: 503,
      retryAfter: '5',
      error: 'ASH-UNAVAILABLE',
      text: expect.stringContaining(
        'The registry cannot do this right now: the database cannot be reached. Try again shortly.',
      ),
    });
    expect(performance.now() - begin).toBeLessThan(5_000);
  });

  const indexType = { 'content-type': 'application/vnd.oci.image.index.v1+json' };
  const emptyIndex = `{"schemaVersion":2,"mediaType":"${indexType['content-type']}","manifests":[]}`;
  const send = async (method: string, path: string, body?: string, headers?: object) =>
    await fetch(new URL(path, server.http), {
      method,
      headers: { ...authorization(), ...headers },
      ...(body === undefined ? {} : { body }),
    });
  const post = async (path: string, body: unknown) =>
    await fetch(server.http + path, {
      method: 'POST',
      headers: { authorization: `Bearer ${server.admin}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  async function putVersion(): Promise<Response> {
    const { packZip } = await import('@ashlar/registry/intake');
    const bytes = Buffer.from('output "a" { value = 1 }\n');
    const body = new Uint8Array(await packZip([{ path: 'main.tf', executable: false, bytes }]));
    return await fetch(`${server.http}/api/v1/version?ref=terraform/open/net/azurerm@2.0.0`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${server.admin}`, 'content-type': 'application/zip' },
      body,
    });
  }

  async function putBlob(): Promise<Response> {
    const begun = await send('POST', '/v2/open/image/blobs/uploads/');
    const digest = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    const location = new URL(begun.headers.get('location')!, server.http);
    location.searchParams.set('digest', digest);
    return await send('PUT', location.href, '', { 'content-type': 'application/octet-stream' });
  }

  it('stays ready, and says what it cannot do', async () => {
    expect(await get('/readyz')).toEqual({
      status: 200,
      text: '{"status":"degraded","problems":["the metadata store cannot be written"]}',
    });
  });

  it('collects nothing: nobody knows what the last commit named', async () => {
    const gc = async (dryRun: boolean) => await runTask(server, 'gc', { grace: 0, dryRun });

    expect(await gc(false)).toMatchObject({ state: 'failed', error: { code: 'ASH-UNAVAILABLE' } });
    expect(await gc(true)).toMatchObject({ state: 'done' });
  });

  it('starts again without it', async () => {
    await server.stop();
    server = await startTestServer({ data: join(folder, 'data'), settings: { database: url } });

    expect((await get('/v2/bicep/closed/net/tags/list')).text).toContain('1.0.0');
    expect((await post('/api/v1/namespaces', { name: 'new' })).status).toBe(503);
  });

  it('takes changes soon after it is back', { timeout: 60_000 }, async () => {
    await cluster.start();
    const begin = performance.now();
    const name = () => `after${Math.round(performance.now())}`;
    await expect
      .poll(async () => (await post('/api/v1/namespaces', { name: name() })).status, {
        timeout: 30_000,
        interval: 20,
      })
      .toBe(201);
    const taken = Math.round(performance.now() - begin);

    console.log(`changes again after ${taken} ms`);
    // The promise is 2 s on a machine that has nothing else to do.
    expect(taken).toBeLessThan(10_000);
    expect((await putVersion()).status).toBe(201);
  });

  it('needs nothing of the data folder but the blobs', async () => {
    const { admin } = server;
    const data = join(folder, 'data');
    await server.stop();
    for (const name of await readdir(data)) {
      if (name !== 'blobs' && name !== 'format') await rm(join(data, name), { recursive: true });
    }
    server = await startTestServer({
      data,
      settings: { database: url },
      env: { ASHLAR_ADMIN_TOKEN: 'for-this-start-only-0001' },
    });
    const { status, body } = await server.api('GET', '/modules', undefined, admin);

    expect({ status, count: body.modules.length }).toEqual({ status: 200, count: 4 });
    expect((await get('/v1/modules/closed/net/azurerm/versions')).text).toContain('1.0.0');
    expect((await get('/v2/bicep/closed/net/manifests/1.0.0')).status).toBe(200);
  });
});
