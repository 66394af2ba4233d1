import { sha256 } from '@ashlar/registry/intake';

import type { Answer, Send } from './client.ts';
import {
  type CallerName,
  type Link,
  compare,
  latest,
  live,
  type ModuleModel,
  ownersOf,
  refusedWith,
  sentence,
  shownToTerraform,
  tagOf,
  usable,
  type VersionRecord,
  type World,
} from './model.ts';
import { versions } from './step.ts';

/**
 * One story: what a caller learns about a module through one protocol after another, boiled down to what they must
 * agree on. `expectedStory` tells it from the model, `observedStory` from the answers.
 */
export interface Story {
  readonly catalogues: Record<string, boolean | number>;
  /** By version: how each protocol answers, and the sentence that it says. */
  readonly byVersion: Record<string, Record<string, Told | undefined>>;
  readonly byDigest: Record<string, Told>;
  readonly blobs: Record<string, Told>;
  readonly referrers: Record<string, readonly string[] | number>;
  readonly lists: Record<string, unknown>;
}

/** Status, digest where one is shown, sentence where one is said. */
type Told = readonly [status: number, digest: string | undefined, sentence: string | undefined];

/** Sentences in a `Warning` header keep to its alphabet. */
function plain(text: string | undefined): string | undefined {
  return text?.replaceAll(/["\\]/g, "'").replaceAll(/[^\x20-\x7e]/g, '?');
}

function told(status: number, digest?: string, words?: string): Told {
  return [status, digest, words === undefined ? undefined : plain(words)];
}

const digestsOf = (module: ModuleModel) => [
  ...new Set([...module.versions.values()].map(({ digest }) => digest)),
];
const blobsOf = (module: ModuleModel) => [
  ...new Set([...module.manifests.values()].flatMap(({ blobs }) => blobs)),
  ...[...module.versions.values()].flatMap(({ archive }) => archive ?? []),
];

export function expectedStory(world: World, caller: CallerName, module: ModuleModel): Story {
  const refused = refusedWith(world, caller, 'read');
  const invalid = world.revoked.has(caller);
  const offered = usable(module).length > 0;
  const catalogue = invalid ? 401 : refused === undefined && offered;
  const isTerraform = module.language === 'terraform';
  const names = ['oci', 'acr', 'api', ...(isTerraform ? ['terraform', 'terraform search'] : [])];
  return {
    catalogues: Object.fromEntries(names.map((name) => [name, catalogue])),
    byVersion: Object.fromEntries(
      versions.map((version) => [version, expectVersion(world, module, version, refused)]),
    ),
    byDigest: Object.fromEntries(
      digestsOf(module).map((digest) => [digest, expectDigest(module, digest, refused)]),
    ),
    blobs: Object.fromEntries(blobsOf(module).map((blob) => [blob, expectBlob(module, blob, refused)])),
    referrers: Object.fromEntries(
      digestsOf(module).map((digest) => [
        digest,
        refused ??
          [...module.manifests.values()]
            .filter(({ subject }) => subject === digest)
            .map((manifest) => manifest.digest)
            .toSorted(),
      ]),
    ),
    lists: expectLists(module, refused),
  };
}

function expectVersion(
  world: World,
  module: ModuleModel,
  version: string,
  refused: number | undefined,
): Record<string, Told | undefined> {
  const row = module.versions.get(version);
  const isTerraform = module.language === 'terraform';
  const link = world.links.get(version);
  const archiveLink = isTerraform && { archive: link && expectLink(world, link, module, row!) };
  const names = ['oci', 'api', ...(isTerraform ? ['download', 'detail'] : [])];
  const same = (status: number) => ({
    ...Object.fromEntries(names.map((name) => [name, told(status)])),
    ...archiveLink,
  });
  if (refused !== undefined) return same(refused);
  if (!row || row.deleted) return same(404);
  const words = sentence(module, row);
  const { digest, archive, state } = row;
  const revoked = state === 'revoked';
  return {
    oci: revoked ? told(403, undefined, words) : told(200, digest, words),
    api: told(200, digest, words),
    ...(isTerraform && {
      download: revoked ? told(410, undefined, words) : told(204, archive),
      detail: revoked ? told(410, undefined, words) : told(200),
    }),
    ...archiveLink,
  };
}

function expectLink(world: World, { owner, hasEnded }: Link, module: ModuleModel, row: VersionRecord): Told {
  if (hasEnded) return told(403);
  const refused = refusedWith(world, owner, 'read');
  if (refused !== undefined) return told(owner === 'anonymous' ? 401 : 403);
  if (row.deleted) return told(404);
  return row.state === 'revoked' ? told(410, undefined, sentence(module, row)) : told(200, row.archive);
}

function expectDigest(module: ModuleModel, digest: string, refused: number | undefined): Told {
  if (refused !== undefined) return told(refused);
  const rows = live(module)
    .filter((row) => row.digest === digest)
    .toSorted((a, b) => (a.version < b.version ? -1 : 1));
  if (rows.length === 0) return told(404);
  const best = bestOf(rows);
  if (best.state === 'revoked') return told(403, undefined, sentenceOfAny(module, rows));
  return told(200, digest, best.state === 'admitted' ? undefined : sentenceOfAny(module, rows, 'deprecated'));
}

function bestOf(rows: readonly VersionRecord[]): VersionRecord {
  return (
    rows.find(({ state }) => state === 'admitted') ??
    rows.find(({ state }) => state === 'deprecated') ??
    rows[0]!
  );
}

/** Of several versions in the same state the first is named. */
function sentenceOfAny(module: ModuleModel, rows: readonly VersionRecord[], state = 'revoked'): string {
  return sentence(
    module,
    rows.find((row) => row.state === state)!,
  )!;
}

const emptyConfig = 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a';

function expectBlob(module: ModuleModel, blob: string, refused: number | undefined): Told {
  if (refused !== undefined) return told(refused);
  if (!module.blobs.has(blob)) return told(404);
  // The config of nearly everything stays readable, for the attachments of revoked versions.
  if (blob === emptyConfig) return told(200);
  const owners = ownersOf(module, blob);
  return told(owners !== undefined && bestOf(owners).state === 'revoked' ? 403 : 200);
}

function expectLists(module: ModuleModel, refused: number | undefined): Record<string, unknown> {
  const isTerraform = module.language === 'terraform';
  if (refused !== undefined) {
    const names = [
      'tags',
      'acr tags',
      'acr manifests',
      'api',
      ...(isTerraform ? ['versions', 'latest'] : []),
    ];
    return Object.fromEntries(names.map((name) => [name, refused]));
  }
  const shown = usable(module);
  const none = live(module).length === 0;
  const digests = [...new Set(shown.map(({ digest }) => digest))];
  const tagsOf = (digest: string) =>
    shown.filter((row) => row.digest === digest).map((row) => tagOf(row.version));
  const attachments = [...module.manifests.values()].filter(({ subject }) => subject !== undefined);
  return {
    tags: module.exists ? shown.map(({ version }) => tagOf(version)).toSorted() : 404,
    'acr tags': module.exists ? shown.map(({ version, digest }) => [tagOf(version), digest]) : 404,
    'acr manifests': module.exists
      ? Object.fromEntries([
          ...attachments.map(({ digest }) => [digest, []]),
          ...digests.map((digest) => [digest, tagsOf(digest)]),
        ])
      : 404,
    api: none
      ? 404
      : live(module).map((row) => [row.version, row.digest, row.state, plain(sentence(module, row))]),
    ...(isTerraform && {
      versions: none
        ? 404
        : shownToTerraform(module).map((row) => [row.version, plain(sentence(module, row))]),
      latest:
        latest(module) === undefined ? 404 : [latest(module)!.version, shown.map(({ version }) => version)],
    }),
  };
}

export async function observedStory(
  send: Send,
  caller: CallerName,
  world: World,
  module: ModuleModel,
): Promise<Story> {
  const versionEntries = versions.map(
    async (version) => [version, await observeVersion(send, caller, world, module, version)] as const,
  );
  const digests = digestsOf(module);
  return {
    catalogues: await observeCatalogues(send, world, module),
    byVersion: Object.fromEntries(await Promise.all(versionEntries)),
    byDigest: await fromEach(digests, async (digest) =>
      toldByOci(await send('GET', `/v2/${module.repository}/manifests/${digest}`)),
    ),
    blobs: await fromEach(blobsOf(module), async (blob) => await observeBlob(send, module, blob)),
    referrers: await fromEach(digests, async (digest) => {
      const answer = await send('GET', `/v2/${module.repository}/referrers/${digest}`);
      return read<{ manifests: { digest: string }[] }, readonly string[]>(answer, ({ manifests }) =>
        manifests.map((entry) => entry.digest).toSorted(),
      );
    }),
    lists: await observeLists(send, module),
  };
}

async function observeCatalogues(
  send: Send,
  world: World,
  module: ModuleModel,
): Promise<Story['catalogues']> {
  const { repository } = module;
  type Catalog = { repositories: string[] };
  // From the name before this one on: other runs share the server.
  const last = repository.slice(0, -1);
  const oci = await send('GET', `/v2/_catalog?n=1&last=${last}`);
  const acr = await send('GET', `/acr/v1/_catalog?n=1&last=${last}`);
  const api = await send('GET', `/api/v1/modules?namespace=${world.namespace}`);
  const catalogues = {
    oci: read<Catalog, boolean>(oci, ({ repositories }) => repositories.includes(repository)),
    acr: read<Catalog, boolean>(acr, ({ repositories }) => repositories.includes(repository)),
    api: read<{ modules: { address: string; latest: string }[] }, boolean>(api, ({ modules }) =>
      modules.some((found) => found.address === repository && found.latest === latest(module)?.version),
    ),
  };
  if (module.language === 'bicep') return catalogues;
  const terraform = async (path: string) =>
    read<{ modules: { id: string }[] }, boolean>(await send('GET', path), ({ modules }) =>
      modules.some(({ id }) => `terraform/${id}` === `${repository}/${latest(module)?.version}`),
    );
  return {
    ...catalogues,
    terraform: await terraform(`/v1/modules/${world.namespace}`),
    'terraform search': await terraform(`/v1/modules/search?q=${world.namespace}`),
  };
}

async function observeVersion(
  send: Send,
  caller: CallerName,
  world: World,
  module: ModuleModel,
  version: string,
): Promise<Record<string, Told | undefined>> {
  const { repository } = module;
  const oci = toldByOci(await send('GET', `/v2/${repository}/manifests/${tagOf(version)}`));
  const answer = await send('GET', `/api/v1/version?ref=${encodeURIComponent(`${repository}@${version}`)}`);
  const row = answer.json as { digest: string; message?: string };
  const api = answer.status === 200 ? told(200, row.digest, row.message) : told(answer.status);
  if (module.language === 'bicep') return { oci, api };
  const path = `/v1/modules/${repository.slice('terraform/'.length)}/${version.replace('+', '%2B')}`;
  const download = await send('GET', `${path}/download`);
  const link = download.headers.get('x-terraform-get');
  const announced = /checksum=(sha256:\w+)$/.exec(link ?? '')?.[1];
  if (link !== null) world.links.set(version, { path: link, owner: caller });
  const detail = await send('GET', path);
  const said = (detail.json as { errors?: string[] }).errors?.[0];
  return {
    oci,
    api,
    download: told(download.status, announced, download.status === 410 ? download.text : undefined),
    archive: await observeLink(send, world.links.get(version)?.path),
    detail: told(detail.status, undefined, detail.status === 410 ? said : undefined),
  };
}

/** An old link is as good as a new one, as long as the version may be had. */
async function observeLink(send: Send, link: string | undefined): Promise<Told | undefined> {
  if (link === undefined) return undefined;
  const answer = await send('GET', link);
  if (answer.status !== 200)
    return told(answer.status, undefined, answer.status === 410 ? answer.text : undefined);
  return told(200, sha256(answer.bytes));
}

/** The bytes must be those of the digest, whatever name they were asked for by. */
function toldByOci(answer: Answer): Told {
  if (answer.status === 403) {
    return told(403, undefined, (answer.json as { errors: { message: string }[] }).errors[0]!.message);
  }
  if (answer.status !== 200) return told(answer.status);
  const digest = answer.headers.get('docker-content-digest')!;
  const warning = /^299 - "(.*)"$/.exec(answer.headers.get('warning') ?? '')?.[1];
  return told(200, sha256(answer.bytes) === digest ? digest : `${digest} with other bytes`, warning);
}

async function observeBlob(send: Send, module: ModuleModel, blob: string): Promise<Told> {
  return told((await send('HEAD', `/v2/${module.repository}/blobs/${blob}`)).status);
}

async function observeLists(send: Send, module: ModuleModel): Promise<Record<string, unknown>> {
  const { repository } = module;
  const tags = await send('GET', `/v2/${repository}/tags/list`);
  const acrTags = await send('GET', `/acr/v1/${repository}/_tags`);
  const acrManifests = await send('GET', `/acr/v1/${repository}/_manifests`);
  const api = await send('GET', `/api/v1/module?address=${repository}`);
  type Row = { version: string; digest: string; state: string; message?: string };
  const lists = {
    tags: read<{ tags: string[] }, string[]>(tags, (body) => body.tags),
    'acr tags': read<{ tags: { name: string; digest: string }[] }, unknown>(acrTags, (body) =>
      body.tags.map(({ name, digest }) => [name, digest]),
    ),
    'acr manifests': read<{ manifests: { digest: string; tags?: string[] }[] }, unknown>(
      acrManifests,
      (body) => Object.fromEntries(body.manifests.map((entry) => [entry.digest, entry.tags ?? []])),
    ),
    api: read<{ versions: Row[] }, unknown>(api, (body) =>
      body.versions.map((row) => [row.version, row.digest, row.state, plain(row.message)]),
    ),
  };
  if (module.language === 'bicep') return lists;
  const path = `/v1/modules/${repository.slice('terraform/'.length)}`;
  type Versions = { modules: { versions: { version: string; deprecation?: { reason: string } }[] }[] };
  return {
    ...lists,
    versions: read<Versions, unknown>(await send('GET', `${path}/versions`), ({ modules }) =>
      modules[0]!.versions
        .map(({ version, deprecation }) => [version, plain(deprecation?.reason)] as const)
        .toSorted(([a], [b]) => compare(a, b)),
    ),
    latest: read<{ version: string; versions: string[] }, unknown>(await send('GET', path), (body) => [
      body.version,
      body.versions,
    ]),
  };
}

/** What an answer says, or its status when it is a refusal. */
function read<Body, Value>(answer: Answer, of: (body: Body) => Value): Value | number {
  return answer.status === 200 ? of(answer.json as Body) : answer.status;
}

async function fromEach<Value>(
  keys: readonly string[],
  of: (key: string) => Promise<Value>,
): Promise<Record<string, Value>> {
  return Object.fromEntries(await Promise.all(keys.map(async (key) => [key, await of(key)] as const)));
}
