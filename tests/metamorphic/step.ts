import { mediaType } from '@ashlar/core';
import { type BuiltArtifact, packZip, sha256 } from '@ashlar/registry/intake';
import fc from 'fast-check';

import type { Send } from './client.ts';
import { attachment, filesOf, pushed, uploaded } from './content.ts';
import {
  type CallerName,
  callers,
  live,
  type ModuleModel,
  refusedWith,
  removeManifest,
  tagOf,
  type VersionRecord,
  type World,
} from './model.ts';

/** Two releases and their pre-releases, and two versions that differ in build metadata only. */
export const versions = ['1.0.0', '1.0.0+b.1', '1.1.0', '2.0.0-beta.1', '2.0.0'] as const;

const reasons = ['it leaks secrets.', 'see "CVE-1"', 'zu groß'];
/** Mostly those who may. */
const mostly = (...names: CallerName[]) =>
  fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...names) },
    { weight: 1, arbitrary: fc.constantFrom(...callers) },
  );
const publishing = {
  module: fc.nat(1),
  version: fc.constantFrom(...versions),
  who: mostly('admin', 'publisher'),
};
/** Mostly a version that is there: `pick` counts through those that live. */
const managing = {
  module: fc.nat(1),
  pick: fc.nat(9),
  version: fc.constantFrom(...versions),
  who: mostly('admin'),
};
const words = {
  reason: fc.option(fc.constantFrom(...reasons), { nil: undefined }),
  replacement: fc.option(fc.constant('terraform/other/net/azurerm@1.0.0'), { nil: undefined, freq: 4 }),
  link: fc.option(fc.constant('https://example.com/why'), { nil: undefined }),
};
const kind = <Kind extends string>(name: Kind) => ({ kind: fc.constant(name) });

export const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ ...kind('upload'), ...publishing, content: fc.nat(2) }) },
  { weight: 6, arbitrary: fc.record({ ...kind('push'), ...publishing, content: fc.nat(2) }) },
  { weight: 5, arbitrary: fc.record({ ...kind('deprecate'), ...managing, ...words }) },
  { weight: 5, arbitrary: fc.record({ ...kind('revoke'), ...managing, ...words }) },
  { weight: 5, arbitrary: fc.record({ ...kind('reinstate'), ...managing }) },
  {
    weight: 2,
    arbitrary: fc.record({ ...kind('delete'), ...managing, by: fc.constantFrom('api', 'tag', 'digest') }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ ...kind('attach'), ...managing, who: publishing.who, number: fc.nat(2) }),
  },
  { weight: 2, arbitrary: fc.record({ ...kind('visibility'), who: managing.who, isPublic: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.record({ ...kind('revoke token'), of: fc.constantFrom('reader', 'publisher', 'child') }),
  },
  { weight: 1, arbitrary: fc.record({ ...kind('new token'), of: fc.constantFrom('reader', 'publisher') }) },
  { weight: 2, arbitrary: fc.record({ ...kind('look'), who: fc.constantFrom(...callers) }) },
);
export type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
type StepOf<Kind extends Step['kind']> = Extract<Step, { kind: Kind }>;

/** What a command answered: a status and, for a refusal, the code of the catalogue. */
export type Outcome = readonly [status: number, code?: string];

/** The command with the version that it is aimed at. */
export function aim(world: World, command: Step): Step {
  if (!('pick' in command) || command.pick === 9) return command;
  const rows = live(world.modules[command.module]!);
  const wanted = rows.filter((row) => isWanted(command.kind, row));
  const choice = wanted.length > 0 && command.pick % 2 === 0 ? wanted : rows;
  const { version } = choice[command.pick % choice.length] ?? command;
  return { ...command, version: version as (typeof versions)[number] };
}

/** The way through all states leads over deprecated to revoked and back; by chance alone few versions go it. */
function isWanted(command: Step['kind'], { state, before }: VersionRecord): boolean {
  if (command === 'reinstate') return before?.state === 'deprecated';
  return command === 'revoke' ? state === 'deprecated' : true;
}

/** Runs a command, changes the model as the command should the registry, and tells what came and what should have. */
export async function runStep(
  world: World,
  send: (caller: CallerName) => Send,
  command: Exclude<Step, { kind: 'look' | 'revoke token' | 'new token' }>,
): Promise<{ actual: Outcome; expected: Outcome }> {
  const request = send(command.who);
  switch (command.kind) {
    case 'upload':
      return await upload(world, request, command);
    case 'push':
      return await push(world, request, command);
    case 'deprecate':
    case 'revoke':
    case 'reinstate':
      return await setState(world, request, command);
    case 'delete':
      return await remove(world, request, command);
    case 'attach':
      return await attach(world, request, command);
    case 'visibility':
      return await setVisibility(world, request, command);
  }
}

async function upload(
  world: World,
  send: Send,
  { who: caller, version, content, module: i }: StepOf<'upload'>,
) {
  const module = world.modules[i]!;
  const ref = encodeURIComponent(`${module.repository}@${version}`);
  const zip = await packZip(filesOf(module, content));
  const answer = await send('PUT', `/api/v1/version?ref=${ref}`, new Uint8Array(zip), {
    'content-type': 'application/zip',
  });
  const actual = outcomeOf(answer);
  const refused = refusedWith(world, caller, 'publish');
  if (refused !== undefined) return { actual: [answer.status] as const, expected: [refused] as const };

  const built = await uploaded(module, version, content);
  const current = module.versions.get(version);
  if (current && !current.deleted) {
    const same = current.contentDigest === built.contentDigest;
    return { actual, expected: same ? ([200] as const) : ([409, 'ASH-VERSION-EXISTS'] as const) };
  }
  const expected = publish(module, version, built);
  // The blobs of an upload come with its manifest or not at all.
  if (expected[0] === 201) addBlobs(module, built);
  return { actual, expected };
}

async function push(world: World, send: Send, { who: caller, version, content, module: i }: StepOf<'push'>) {
  const module = world.modules[i]!;
  const built = await pushed(module, content);
  const refused = refusedWith(world, caller, 'publish');
  if (refused === undefined) await pushBlobs(module, send, built);
  const answer = await send(
    'PUT',
    `/v2/${module.repository}/manifests/${tagOf(version)}`,
    new Uint8Array(built.manifest),
    {
      'content-type': mediaType.imageManifest,
    },
  );
  if (refused !== undefined) return { actual: [answer.status] as const, expected: [refused] as const };
  return { actual: outcomeOf(answer), expected: publish(module, version, built) };
}

async function pushBlobs(
  module: ModuleModel,
  send: Send,
  { blobs }: Pick<BuiltArtifact, 'blobs'>,
): Promise<void> {
  for (const { digest, bytes } of blobs) {
    if (module.blobs.has(digest)) continue;
    await send('POST', `/v2/${module.repository}/blobs/uploads/?digest=${digest}`, new Uint8Array(bytes));
  }
  addBlobs(module, { blobs });
}

function addBlobs(module: ModuleModel, { blobs }: Pick<BuiltArtifact, 'blobs'>): void {
  module.exists = true;
  for (const { digest } of blobs) module.blobs.add(digest);
}

function publish(module: ModuleModel, version: string, built: BuiltArtifact): Outcome {
  const digest = sha256(built.manifest);
  const current = module.versions.get(version);
  if (current !== undefined && current.digest !== digest) {
    if (current.deleted) return [409, 'ASH-VERSION-DELETED'];
    const equal = current.contentDigest === built.contentDigest;
    return [409, equal ? 'ASH-VERSION-EQUAL-CONTENT' : 'ASH-VERSION-EXISTS'];
  }
  const archive = built.blobs.find((blob) => blob.mediaType === mediaType.zip)?.digest;
  module.versions.set(version, {
    ...(current ?? { version, digest, contentDigest: built.contentDigest, archive, state: 'admitted' }),
    deleted: false,
  });
  module.manifests.set(digest, { digest, blobs: built.blobs.map((blob) => blob.digest) });
  return [201];
}

async function setState(
  world: World,
  send: Send,
  command: StepOf<'deprecate'> | StepOf<'revoke'> | StepOf<'reinstate'>,
) {
  const module = world.modules[command.module]!;
  const ref = encodeURIComponent(`${module.repository}@${command.version}`);
  const { reason = 'no reason given', replacement, link } = command.kind === 'reinstate' ? {} : command;
  const body = command.kind === 'reinstate' ? undefined : JSON.stringify({ reason, replacement, link });
  const headers: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const answer = await send('POST', `/api/v1/version/${command.kind}?ref=${ref}`, body, headers);
  const refused = refusedWith(world, command.who, 'manage');
  if (refused !== undefined) return { actual: [answer.status] as const, expected: [refused] as const };
  const row = module.versions.get(command.version);
  if (!row || row.deleted)
    return { actual: outcomeOf(answer), expected: [404, 'ASH-VERSION-UNKNOWN'] as const };
  const next = nextRow(row, command.kind, { reason, replacement, link });
  if (!next) return { actual: outcomeOf(answer), expected: [409, 'ASH-STATE-TRANSITION'] as const };
  module.versions.set(command.version, next);
  return { actual: outcomeOf(answer), expected: [200] as const };
}

function nextRow(
  row: VersionRecord,
  kindOfChange: 'deprecate' | 'revoke' | 'reinstate',
  given: Pick<VersionRecord, 'reason' | 'replacement' | 'link'>,
): VersionRecord | undefined {
  const { state, reason, replacement, link } = row;
  const plain = { reason: undefined, replacement: undefined, link: undefined, before: undefined };
  if (kindOfChange === 'deprecate')
    return state === 'revoked' ? undefined : { ...row, ...given, state: 'deprecated' };
  if (kindOfChange === 'revoke') {
    const before = state === 'revoked' ? row.before : { state, reason, replacement, link };
    return { ...row, ...given, state: 'revoked', before };
  }
  if (state === 'admitted') return undefined;
  const back = state === 'revoked' ? row.before! : { state: 'admitted' as const };
  return { ...row, ...plain, ...back };
}

async function remove(world: World, send: Send, { who: caller, by, version, module: i }: StepOf<'delete'>) {
  const module = world.modules[i]!;
  const row = module.versions.get(version);
  const reference = by === 'digest' ? (row?.digest ?? sha256('nothing')) : tagOf(version);
  const answer =
    by === 'api'
      ? await send('DELETE', `/api/v1/version?ref=${encodeURIComponent(`${module.repository}@${version}`)}`)
      : await send('DELETE', `/v2/${module.repository}/manifests/${reference}`);
  const refused = refusedWith(world, caller, 'manage');
  if (refused !== undefined) return { actual: [answer.status] as const, expected: [refused] as const };
  const gone = live(module).filter((each) =>
    by === 'digest' ? each.digest === reference : each.version === version,
  );
  if (gone.length === 0) return { actual: [answer.status] as const, expected: [404] as const };
  for (const each of gone) module.versions.set(each.version, { ...each, deleted: true });
  if (!live(module).some(({ digest }) => digest === row!.digest)) removeManifest(module, row!.digest);
  return { actual: outcomeOf(answer), expected: [by === 'api' ? 204 : 202] as const };
}

async function attach(
  world: World,
  send: Send,
  { who: caller, version, number, module: i }: StepOf<'attach'>,
) {
  const module = world.modules[i]!;
  const subject = module.versions.get(version)?.digest ?? sha256('nothing');
  const { manifest, digest, config } = attachment(subject, number);
  const refused = refusedWith(world, caller, 'publish');
  if (refused === undefined) {
    const blob = { digest: config, mediaType: mediaType.emptyJson, bytes: Buffer.from('{}') };
    await pushBlobs(module, send, { blobs: [blob] });
    module.manifests.set(digest, { digest, blobs: [config], subject });
  }
  const answer = await send('PUT', `/v2/${module.repository}/manifests/${digest}`, new Uint8Array(manifest), {
    'content-type': mediaType.imageManifest,
  });
  return { actual: [answer.status] as const, expected: [refused ?? 201] as const };
}

async function setVisibility(world: World, send: Send, { who: caller, isPublic }: StepOf<'visibility'>) {
  const refused = refusedWith(world, caller, 'manage');
  const body = JSON.stringify({ visibility: isPublic ? 'public' : 'private' });
  const answer = await send('PATCH', `/api/v1/namespaces/${world.namespace}`, body, {
    'content-type': 'application/json',
  });
  if (refused === undefined) world.isPublic = isPublic;
  return { actual: [answer.status] as const, expected: [refused ?? 200] as const };
}

function outcomeOf({ status, headers }: { status: number; headers: Headers }): Outcome {
  const code = headers.get('ashlar-error');
  return code === null ? [status] : [status, code];
}
