import type { CrashPoint } from '@ashlar/registry/gateway/crash-point';
import { packZip } from '@ashlar/registry/intake';

import { bicepModule, descriptor, emptyConfig, manifestOf } from '../../oci/content.ts';
import { type Client, expectStatus } from '../client.ts';
import { apiView, type Artifact, artifactViews, digestOf, terraformViews } from '../content.ts';
import { agree, type Outcome, Violation } from '../violation.ts';
import { pushBlob } from './blob.ts';
import type { Operation, Random } from './operation.ts';

const pushing: readonly CrashPoint[] = ['push.manifest-stored', 'push.committed'];

async function putManifest(client: Client, { repository, tag }: Artifact, bytes: Buffer): Promise<void> {
  const type = 'application/vnd.oci.image.manifest.v1+json';
  const path = `/v2/${repository}/manifests/${tag}`;
  expectStatus('a manifest', await client.send('PUT', path, { bytes, type }), 201);
}

/** A plain image: its layer is in the repository, its manifest is not. */
function someImage(random: Random) {
  const layer = random.bytes(1 + random.below(200_000));
  const manifest = manifestOf({ layers: [descriptor(layer, 'application/octet-stream')] });
  const artifact: Artifact = {
    repository: `plain/${random.name()}`,
    tag: 'v1',
    digest: digestOf(manifest),
    blobs: [emptyConfig.digest, digestOf(layer)],
  };
  return {
    artifact,
    async pushBlobs(client: Client) {
      for (const bytes of [Buffer.from('{}'), layer]) await pushBlob(client, artifact.repository, bytes);
    },
    pushManifest: async (client: Client) => await putManifest(client, artifact, manifest),
    observe: async (client: Client) => agree(artifact.repository, await artifactViews(client, artifact)),
  };
}

const image: Operation = {
  name: 'push of an image',
  points: [
    'blob.created',
    'blob.written',
    'blob.synced',
    'blob.renamed',
    'blob.named',
    'push.blobs-stored',
    ...pushing,
  ],
  commands: ['putManifest'],
  make(random) {
    const { pushBlobs, pushManifest, observe } = someImage(random);
    return {
      prepare: async ({ client }) => await pushBlobs(client),
      run: async ({ client }) => await pushManifest(client),
      observe: async ({ client }) => await observe(client),
    };
  },
};

/** A version that was deleted leaves nothing but the digest that nobody else may take. */
function afterDeletion(shown: Outcome): Outcome {
  return shown === 'after' ? 'before' : 'after';
}

function imageDeletion(
  name: string,
  command: Operation['commands'][number],
  path: (a: Artifact) => string,
): Operation {
  return {
    name,
    points: [],
    commands: [command],
    make(random) {
      const { artifact, pushBlobs, pushManifest, observe } = someImage(random);
      return {
        async prepare({ client }) {
          await pushBlobs(client);
          await pushManifest(client);
        },
        run: async ({ client }) =>
          void expectStatus('a deletion', await client.send('DELETE', path(artifact)), 202, 404),
        observe: async ({ client }) => afterDeletion(await observe(client)),
      };
    },
  };
}

/** A Terraform module with some files; `publish` is what the CLI does. */
export function someModule(random: Random) {
  const namespace = random.name();
  const repository = `terraform/${namespace}/net/azurerm`;
  const version = `1.${random.below(50)}.0`;
  const files = [
    { path: 'main.tf', text: `output "content" {\n  value = "${random.bytes(20).toString('hex')}"\n}\n` },
    {
      path: 'README.md',
      text: `# ${repository}\n\n${random.bytes(random.below(40_000)).toString('base64')}\n`,
    },
  ];
  const reference = `${repository}@${version}`;
  let digest: string | undefined;
  return {
    namespace,
    repository,
    version,
    reference,
    async publish(client: Client) {
      const bytes = await packZip(
        files.map(({ path, text }) => ({ path, executable: false, bytes: Buffer.from(text) })),
      );
      const path = `/api/v1/version?ref=${encodeURIComponent(reference)}`;
      const answer = await client.send('PUT', path, { bytes: Buffer.from(bytes), type: 'application/zip' });
      const told = expectStatus('a version', answer, 200, 201).json.digest as string;
      if (digest !== undefined && digest !== told)
        throw new Violation(`${reference} has ${told} instead of ${digest}`);
      digest = told;
    },
    /** Every way to see it, and to get it. */
    async observe(client: Client): Promise<Outcome> {
      const found = await client.send('GET', `/v2/${repository}/manifests/${version}`);
      const known = digest ?? (found.status === 200 ? digestOf(found.bytes) : `sha256:${'0'.repeat(64)}`);
      const { config, layers } = found.status === 200 ? found.json : { config: undefined, layers: [] };
      const parts = [config, ...layers].filter(Boolean) as { digest: string }[];
      const artifact = { repository, tag: version, digest: known, blobs: parts.map((part) => part.digest) };
      return agree(reference, {
        ...(await artifactViews(client, artifact)),
        ...(await terraformViews(client, repository, version)),
        api: await apiView(client, reference),
      });
    },
  };
}

const terraform: Operation = {
  name: 'publication of a Terraform module',
  points: [
    'blob.created',
    'blob.written',
    'blob.folder-made',
    'blob.synced',
    'blob.renamed',
    'blob.named',
    'push.blobs-stored',
    ...pushing,
  ],
  commands: ['putManifest'],
  make(random) {
    const { publish, observe } = someModule(random);
    return {
      run: async ({ client }) => await publish(client),
      observe: async ({ client }) => await observe(client),
    };
  },
};

const bicep: Operation = {
  name: 'push of a Bicep module',
  points: ['blob.created', 'blob.hashed', ...pushing],
  commands: ['addBlob', 'putManifest'],
  make(random) {
    const repository = `bicep/${random.name()}/res/net`;
    const module = bicepModule(`module ${random.below(1_000_000)}`);
    const artifact = {
      repository,
      tag: '1.0.0',
      digest: module.digest,
      blobs: [digestOf(Buffer.from('{}')), module.layer],
    };
    return {
      async run({ client }) {
        await pushBlob(client, repository, Buffer.from('{}'));
        await pushBlob(client, repository, module.template);
        await putManifest(client, artifact, module.manifest);
      },
      observe: async ({ client }) =>
        agree(repository, {
          ...(await artifactViews(client, artifact)),
          api: await apiView(client, `${repository}@1.0.0`),
        }),
    };
  },
};

const revocation: Operation = {
  name: 'revocation',
  points: [],
  commands: ['setState'],
  make(random) {
    const { publish, repository, version, reference } = someModule(random);
    return {
      prepare: async ({ client }) => await publish(client),
      async run({ client }) {
        const path = `/version/revoke?ref=${encodeURIComponent(reference)}`;
        expectStatus('a revocation', await client.api('POST', path, { reason: 'a leak' }), 200);
      },
      async observe({ client }) {
        const shows = async (path: string, before: number, after: number): Promise<Outcome> => {
          const { status } = await client.send('GET', path);
          if (status !== before && status !== after) throw new Violation(`${path} answers ${status}`);
          return status === after ? 'after' : 'before';
        };
        return agree(`the revocation of ${reference}`, {
          download: await shows(
            `/v1/modules/${repository.slice('terraform/'.length)}/${version}/download`,
            204,
            410,
          ),
          manifest: await shows(`/v2/${repository}/manifests/${version}`, 200, 403),
          acr: await shows(`/acr/v1/${repository}/_tags/${version}`, 200, 403),
        });
      },
    };
  },
};

const deletion: Operation = {
  name: 'deletion of a version',
  points: [],
  commands: ['deleteTag'],
  make(random) {
    const { publish, observe, reference } = someModule(random);
    return {
      prepare: async ({ client }) => await publish(client),
      async run({ client }) {
        const answer = await client.api('DELETE', `/version?ref=${encodeURIComponent(reference)}`);
        expectStatus('a deletion', answer, 204, 404);
      },
      observe: async ({ client }) => afterDeletion(await observe(client)),
    };
  },
};

/** Downloads are counted in memory; here only that the counting breaks nothing. */
const download: Operation = {
  name: 'count of downloads',
  points: [],
  commands: ['recordDownloads'],
  make(random) {
    const { publish, observe } = someModule(random);
    return {
      prepare: async ({ client }) => await publish(client),
      async run({ client, program, pid }) {
        await observe(client);
        // Written down at the latest when the server ends.
        process.kill(pid, 'SIGTERM');
        const { signal } = await program.ended;
        if (signal !== null) throw new Error(`the server was ended by ${signal}`);
      },
      observe: async ({ client }) => await observe(client),
    };
  },
};

export const versionOperations = [
  image,
  terraform,
  bicep,
  revocation,
  deletion,
  download,
  imageDeletion(
    'deletion of a manifest',
    'deleteManifest',
    ({ repository, digest }) => `/v2/${repository}/manifests/${digest}`,
  ),
  imageDeletion('deletion of a repository', 'deleteRepository', ({ repository }) => `/acr/v1/${repository}`),
];
