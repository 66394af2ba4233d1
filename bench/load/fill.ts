import { createHash } from 'node:crypto';

import { openDataFolder } from '../../packages/registry/src/store/data-folder.ts';
import {
  type MetadataStore,
  openSqliteMetadataStore,
} from '../../packages/registry/src/store/metadata/index.ts';
import { seededRandom } from '../measure/random.ts';

export interface Filling {
  readonly namespaces: number;
  readonly modules: number;
  readonly versions: number;
  readonly seed: number;
}

const systems = ['azurerm', 'azapi', 'generic'];

/**
 * Fills the metadata of a data folder that no server uses, through the store's own commands; without bytes, which lists
 * do not read. A public namespace holds the Terraform modules of its turn. Returns the repositories.
 */
export async function fillMetadata(data: string, filling: Filling): Promise<string[]> {
  const folder = await openDataFolder(data);
  const store = await openSqliteMetadataStore(folder.database);
  const random = seededRandom(filling.seed);
  try {
    for (let i = 0; i < filling.namespaces; i++) {
      await store.command.createNamespace({
        now: 0,
        name: `team-${i}`,
        visibility: 'public',
        immutable: false,
      });
    }
    const repositories: string[] = [];
    // The store puts into one commit what waits for it together.
    for (let i = 0; i < filling.modules; i += 20) {
      const some = Array.from({ length: Math.min(20, filling.modules - i) }, (_, offset) => i + offset);
      repositories.push(
        ...(await Promise.all(some.map(async (n) => await fillModule(store, filling, n, random)))),
      );
    }
    return repositories;
  } finally {
    await store.close();
    folder.close();
  }
}

async function fillModule(
  { command }: MetadataStore,
  { namespaces, versions }: Filling,
  n: number,
  random: () => number,
): Promise<string> {
  const namespace = `team-${n % namespaces}`;
  const name = `terraform/${namespace}/avm-res-${word(random)}-${n}/${systems[n % systems.length]}`;
  const repository = { name, namespace, kind: 'module', createNamespace: false } as const;
  const versionOf = (i: number) => `${Math.floor(i / 8)}.${i % 8}.0`;
  await Promise.all(
    Array.from({ length: versions }, async (_, i) => {
      const layer = { digest: digestOf(`${name} layer ${i}`), size: 20_000 };
      await command.putManifest({
        now: i,
        repository,
        digest: digestOf(`${name} ${i}`),
        mediaType: 'application/vnd.oci.image.manifest.v1+json',
        size: 900,
        referrerType: 'application/vnd.opentofu.modulepkg',
        subject: null,
        annotations: JSON.stringify({ 'org.opencontainers.image.source': `https://git.example/${name}` }),
        parts: [],
        tags: [versionOf(i)],
        publication: {
          language: 'terraform',
          address: name,
          class: 'resource',
          versions: [versionOf(i)],
          contentDigest: digestOf(`${name} content ${i}`),
          archive: layer,
          description: `Deploys ${word(random)} with ${word(random)}, ${word(random)} and ${word(random)}.`,
          documentation: null,
          readme: null,
          publishedBy: 'bench',
        },
      });
    }),
  );
  return name;
}

function word(random: () => number): string {
  return Math.floor(random() * 26 ** 7)
    .toString(26)
    .replaceAll(/\d/g, (digit) => 'qrstuvwxyz'[Number(digit)]!);
}

function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`;
}
