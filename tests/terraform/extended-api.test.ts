import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { type Json, publishFiles, startTestServer, type TestServer } from '../support/server.ts';
import { change, createNamespace, versionModule } from './client.ts';

/** A clock that the test moves. */
const clock = { offset: 0, now: () => Date.now() + clock.offset };
const day = 86_400_000;
let server: TestServer;
let member: string;

beforeAll(async () => {
  server = await startTestServer({ clock });
  await createNamespace(server, 'contoso', 'public');
  await createNamespace(server, 'azure', 'public');
  await createNamespace(server, 'closed', 'private');
  await publish('terraform/contoso/net/aws', 'Network of Amazon', '1.0.0');
  await publish('terraform/contoso/net/azurerm', 'Network of Azure', '1.0.0', '1.1.0', '2.0.0-beta.1');
  await publish('terraform/contoso/naming/generic', 'Names 100% consistent', '1.0.0');
  await publish('terraform/Azure/avm-res-Network/azurerm', 'Virtual network', '0.1.0');
  await publish('terraform/closed/secret/azurerm', 'Network of nobody', '1.0.0');
  await publish('terraform/contoso/dead/azurerm', 'Network of the past', '1.0.0');
  await change(server, 'revoke', 'terraform/contoso/dead/azurerm@1.0.0', { reason: 'Broken' });
  await publishFiles(server, 'bicep/contoso/res/net@1.0.0', { 'main.json': '{}' });
  member = await server.token('read:closed');
});

afterAll(async () => await server.stop());

async function publish(address: string, description: string, ...versions: string[]): Promise<void> {
  for (const version of versions) {
    const { packZip } = await import('@ashlar/registry/intake');
    const files = Object.entries(versionModule(`${address} ${version}`));
    const zip = await packZip(
      files.map(([path, text]) => ({ path, executable: false, bytes: Buffer.from(text) })),
    );
    const query = new URLSearchParams({ ref: `${address}@${version}`, description });
    const response = await fetch(`${server.http}/api/v1/version?${query.toString()}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${server.admin}`, 'content-type': 'application/zip' },
      body: new Uint8Array(zip),
    });
    if (response.status !== 201) throw new Error(await response.text());
  }
}

async function get(path: string, token?: string): Promise<{ status: number; body: Json }> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: `Bearer ${token}` };
  const response = await fetch(server.http + path, { headers, redirect: 'manual' });
  return { status: response.status, body: await response.json() };
}

async function ids(path: string, token?: string): Promise<string[]> {
  return (await get(path, token)).body.modules.map(({ id }: { id: string }) => id);
}

const azure = 'Azure/avm-res-Network/azurerm/0.1.0';
const secret = 'closed/secret/azurerm/1.0.0';
const [naming, aws, azurerm] = ['naming/generic', 'net/aws', 'net/azurerm'].map(
  (name) => `contoso/${name}/${name === 'net/azurerm' ? '1.1.0' : '1.0.0'}`,
) as [string, string, string];

describe('lists', () => {
  it.each([
    ['/v1/modules', [azure, naming, aws, azurerm]],
    ['/v1/modules/', [azure, naming, aws, azurerm]],
    ['/v1/modules/contoso', [naming, aws, azurerm]],
    ['/v1/modules/CONTOSO', [naming, aws, azurerm]],
    ['/v1/modules/azure', [azure]],
    ['/v1/modules/nobody', []],
    ['/v1/modules/closed', []],
    ['/v1/modules?provider=azurerm', [azure, azurerm]],
    ['/v1/modules?provider=%25', []],
    ['/v1/modules?namespace=Contoso', [naming, aws, azurerm]],
    ['/v1/modules?namespace=contoso&provider=aws', [aws]],
    ['/v1/modules?verified=true', []],
    ['/v1/modules?verified=false', [azure, naming, aws, azurerm]],
    ['/v1/modules/contoso/net', [aws, azurerm]],
    ['/v1/modules/contoso/NET', [aws, azurerm]],
    ['/v1/modules/contoso/none', []],
    ['/v1/modules/contoso/dead', []],
    ['/v1/modules/search?q=network', [azure, aws, azurerm]],
    ['/v1/modules/search?q=network+azure', [azure, azurerm]],
    ['/v1/modules/search?q=100%25', [naming]],
    ['/v1/modules/search?q=network&provider=aws', [aws]],
    ['/v1/modules/search?q=network&namespace=azure', [azure]],
    ['/v1/modules/search?q=nothing', []],
  ])('%s holds what anybody may read', async (path, expected) => {
    expect(await ids(path)).toEqual(expected);
  });

  it.each([
    ['/v1/modules', [azure, secret, naming, aws, azurerm]],
    ['/v1/modules/closed', [secret]],
    ['/v1/modules/closed/secret', [secret]],
    ['/v1/modules/search?q=nobody', [secret]],
  ])('%s holds what is private, for who may read it', async (path, expected) => {
    expect(await ids(path, member)).toEqual(expected);
  });

  it('shows a module by its latest release', async () => {
    expect((await get('/v1/modules/contoso/net?provider=azurerm')).body.modules).toEqual([
      {
        id: 'contoso/net/azurerm/1.1.0',
        owner: 'contoso',
        namespace: 'contoso',
        name: 'net',
        version: '1.1.0',
        provider: 'azurerm',
        description: 'Network of Azure',
        source: `${server.http}/#terraform/contoso/net/azurerm`,
        published_at: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
        downloads: 0,
        verified: false,
      },
    ]);
  });

  it('can be walked by their links, and back', async () => {
    expect((await get('/v1/modules?limit=2')).body.meta).toEqual({
      limit: 2,
      current_offset: 0,
      next_offset: 2,
      next_url: '/v1/modules?limit=2&offset=2',
    });
    expect((await get('/v1/modules?limit=2&offset=2')).body.meta).toEqual({
      limit: 2,
      current_offset: 2,
      prev_offset: 0,
    });
    expect((await get('/v1/modules?limit=3&offset=1')).body.meta).toEqual({
      limit: 3,
      current_offset: 1,
      prev_offset: 0,
    });

    const walked: string[] = [];
    let path: string | undefined = '/v1/modules/search?q=network&limit=1';
    while (path !== undefined) {
      walked.push(...(await ids(path)));
      path = (await get(path)).body.meta.next_url;
    }
    expect(walked).toEqual([azure, aws, azurerm]);
  });

  it.each([
    ['', 15],
    ['?limit=100', 100],
    ['?limit=101', 100],
    ['?limit=0', 15],
    ['?limit=-1', 15],
    ['?limit=x', 15],
    ['?limit=1.5', 15],
    ['?limit=1&limit=2', 15],
  ])('use for %s the limit %i', async (query, limit) => {
    expect((await get(`/v1/modules${query}`)).body.meta).toMatchObject({ limit, current_offset: 0 });
  });

  it.each([
    ['/v1/modules/search', 'the parameter q is missing'],
    ['/v1/modules/search?q=%20', 'the parameter q is missing'],
    [`/v1/modules/search?q=${'x'.repeat(501)}`, 'q: give one value of at most 500 characters'],
    ['/v1/modules?provider=a&provider=b', 'provider: give one value of at most 500 characters'],
  ])('refuse %s', async (path, reason) => {
    expect(await get(path)).toEqual({
      status: 400,
      body: { errors: [`The request is not valid: ${reason}.`] },
    });
  });
});

describe('details', () => {
  it('are those of the latest release, with what is known of the module', async () => {
    const { status, body } = await get('/v1/modules/contoso/net/azurerm');

    expect(status).toBe(200);
    expect(body).toEqual({
      id: 'contoso/net/azurerm/1.1.0',
      owner: 'contoso',
      namespace: 'contoso',
      name: 'net',
      version: '1.1.0',
      provider: 'azurerm',
      description: 'Network of Azure',
      source: `${server.http}/#terraform/contoso/net/azurerm`,
      published_at: expect.any(String),
      downloads: 0,
      verified: false,
      root: {
        path: '',
        name: 'net',
        readme: '# terraform/contoso/net/azurerm 1.1.0\n',
        empty: false,
        inputs: [],
        outputs: [{ name: 'version', description: '' }],
        dependencies: [],
        provider_dependencies: [],
        resources: [],
      },
      submodules: [],
      examples: [],
      providers: ['aws', 'azurerm'],
      versions: ['1.0.0', '1.1.0', '2.0.0-beta.1'],
    });
  });

  it('of a version are its own', async () => {
    for (const version of ['1.0.0', 'v1.0']) {
      expect((await get(`/v1/modules/contoso/net/azurerm/${version}`)).body).toMatchObject({
        id: 'contoso/net/azurerm/1.0.0',
        root: { readme: '# terraform/contoso/net/azurerm 1.0.0\n' },
      });
    }
  });

  it('show what the module, its submodules and its examples are made of', async () => {
    await publishFiles(server, 'terraform/contoso/full/azurerm@1.0.0', {
      'main.tf': `
        terraform {
          required_version = ">= 1.9"
          required_providers {
            azurerm = {
              source  = "hashicorp/azurerm"
              version = "~> 4.0"
            }
          }
        }
        variable "name" {
          type        = string
          description = "Its name."
        }
        variable "tags" {
          type    = map(string)
          default = { a = "b" }
        }
        variable "nothing" { default = null }
        resource "azurerm_resource_group" "this" {}
        resource "azapi_resource" "vault" { type = "Microsoft.KeyVault/vaults@2024-11-01" }
        data "azurerm_client_config" "this" {}
        module "naming" {
          source  = "Azure/naming/azurerm"
          version = "0.4.2"
        }
        module "inner" { source = "./internal/inner" }
        output "id" {
          value       = 1
          description = "Its id."
        }
      `,
      'modules/subnet/main.tf': 'variable "cidr" {}',
      'modules/subnet/README.md': '# Subnet\n',
      'modules/nothing/notes.md': '',
      'internal/inner/main.tf': 'resource "azurerm_key_vault" "this" {}',
      'examples/default/main.tf': 'module "full" { source = "../.." }',
    });
    const none = { inputs: [], outputs: [], dependencies: [], provider_dependencies: [], resources: [] };
    const { body } = await get('/v1/modules/contoso/full/azurerm/1.0.0');

    expect({ root: body.root, submodules: body.submodules, examples: body.examples }).toEqual({
      root: {
        path: '',
        name: 'full',
        readme: '',
        empty: false,
        inputs: [
          { name: 'name', type: 'string', description: 'Its name.', default: '', required: true },
          {
            name: 'tags',
            type: 'map(string)',
            description: '',
            default: '{\n  "a": "b"\n}',
            required: false,
          },
          { name: 'nothing', type: 'any', description: '', default: 'null', required: false },
        ],
        outputs: [{ name: 'id', description: 'Its id.' }],
        dependencies: [
          { name: 'naming', source: 'Azure/naming/azurerm', version: '0.4.2' },
          { name: 'inner', source: './internal/inner', version: '' },
        ],
        provider_dependencies: [
          { name: 'azurerm', namespace: 'hashicorp', source: 'hashicorp/azurerm', version: '~> 4.0' },
          { name: 'azapi', namespace: 'hashicorp', source: 'hashicorp/azapi', version: '' },
        ],
        resources: [
          { name: 'this', type: 'azurerm_resource_group' },
          { name: 'vault', type: 'azapi_resource' },
        ],
      },
      submodules: [
        {
          ...none,
          path: 'modules/subnet',
          name: 'subnet',
          readme: '# Subnet\n',
          empty: false,
          inputs: [{ name: 'cidr', type: 'any', description: '', default: '', required: true }],
        },
      ],
      examples: [
        {
          ...none,
          path: 'examples/default',
          name: 'default',
          readme: '',
          empty: false,
          dependencies: [{ name: 'full', source: '../..', version: '' }],
        },
      ],
    });
  });

  it('are there for a version that nobody read', async () => {
    await publishFiles(server, 'terraform/contoso/unread/azurerm@1.0.0', { '.hidden.tf': '' });
    const { status, body } = await get('/v1/modules/contoso/unread/azurerm/1.0.0');

    expect([status, body.root, body.submodules, body.examples]).toEqual([
      200,
      { path: '', name: 'unread', readme: '', empty: false },
      [],
      [],
    ]);
  });

  it('keep the spelling of the owner, however they are asked for', async () => {
    expect((await get('/v1/modules/azure/AVM-RES-network/azurerm')).body).toMatchObject({
      id: azure,
      namespace: 'Azure',
      name: 'avm-res-Network',
    });
  });

  it('lead to the archive of the latest release', async () => {
    const response = await fetch(`${server.http}/v1/modules/contoso/net/azurerm/download`, {
      redirect: 'manual',
    });
    expect({ status: response.status, location: response.headers.get('location') }).toEqual({
      status: 302,
      location: '/v1/modules/contoso/net/azurerm/1.1.0/download',
    });
    expect((await fetch(`${server.http}/v1/modules/contoso/net/azurerm/download`)).status).toBe(204);
  });

  it('are not there for a module without a version that can be used', async () => {
    expect((await get('/v1/modules/contoso/dead/azurerm')).status).toBe(404);
    expect((await get('/v1/modules/contoso/dead/azurerm/download')).status).toBe(404);
  });
});

describe('GET /v2/modules/…/downloads/summary', () => {
  it('sums up the downloads of a module by age', async () => {
    const count = async (age: number) => {
      clock.offset = -age * day;
      await fetch(`${server.http}/v1/modules/contoso/net/aws/1.0.0/download`);
      clock.offset = 0;
    };
    for (const age of [400, 100, 20, 20, 1]) await count(age);
    await server.registry.usage.flush();

    expect(await get('/v2/modules/Contoso/net/aws/downloads/summary')).toEqual({
      status: 200,
      body: {
        data: {
          type: 'module-downloads-summary',
          id: 'contoso/net/aws',
          attributes: { week: 1, month: 3, year: 4, total: 5 },
        },
      },
    });
  });

  it('is as private as the module', async () => {
    expect((await get('/v2/modules/closed/secret/azurerm/downloads/summary')).status).toBe(401);
    expect((await get('/v2/modules/closed/secret/azurerm/downloads/summary', member)).status).toBe(200);
    expect((await get('/v2/modules/contoso/none/azurerm/downloads/summary')).body).toEqual({
      errors: [
        'There is no module terraform/contoso/none/azurerm that you may read. List what there is: ashlar list',
      ],
    });
  });

  it.each(['modules/a/b/c/downloads', 'modules/a/b/c', 'modules/a/b/c/downloads/summary'])(
    'leaves the OCI repository %s alone',
    async (name) => {
      const oci = async (method: string, path: string, body?: string, type = 'application/octet-stream') =>
        await fetch(new URL(path, server.http), {
          method,
          headers: { authorization: `Bearer ${server.admin}`, 'content-type': type },
          ...(body === undefined ? {} : { body }),
        });
      const digest = 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';
      expect((await oci('POST', `/v2/${name}/blobs/uploads/?digest=${digest}`, '{}')).status).toBe(201);
      const manifestType = 'application/vnd.oci.image.manifest.v1+json';
      const manifest = JSON.stringify({
        schemaVersion: 2,
        mediaType: manifestType,
        artifactType: 'application/x.test',
        config: { mediaType: 'application/vnd.oci.empty.v1+json', digest, size: 2 },
        layers: [],
      });
      expect((await oci('PUT', `/v2/${name}/manifests/summary`, manifest, manifestType)).status).toBe(201);
      expect(await (await oci('GET', `/v2/${name}/manifests/summary`)).text()).toBe(manifest);
      expect(await (await oci('GET', `/v2/${name}/tags/list`)).json()).toEqual({ name, tags: ['summary'] });
      expect((await oci('HEAD', `/v2/${name}/blobs/${digest}`)).status).toBe(200);
    },
  );
});

it('asks the store as often for one module as for many', async () => {
  const query = server.registry.metadata.query as unknown as Record<string, () => Promise<unknown>>;
  const spies = Object.keys(query).map((name) => vi.spyOn(query, name));
  const asked = async (path: string) => {
    for (const spy of spies) spy.mockClear();
    const found = await ids(path);
    return { found: found.length, questions: spies.reduce((sum, spy) => sum + spy.mock.calls.length, 0) };
  };
  const [one, many] = [await asked('/v1/modules?limit=1'), await asked('/v1/modules?limit=4')];
  expect([one.found, many.found]).toEqual([1, 4]);
  expect(many.questions).toBe(one.questions);
  expect(many.questions).toBeLessThan(8);
});
