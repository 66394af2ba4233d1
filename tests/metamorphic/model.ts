import { compareVersions, isPrerelease, type Version } from '@ashlar/core';

/** What a registry should know after a sequence of commands, told without any of its code. */

export type State = 'admitted' | 'deprecated' | 'revoked';

export interface Words {
  readonly state: State;
  readonly reason?: string | undefined;
  readonly link?: string | undefined;
  readonly replacement?: string | undefined;
}

export interface VersionRecord extends Words {
  readonly version: string;
  readonly digest: string;
  readonly contentDigest: string;
  /** Digest of the zip of a Terraform module. */
  readonly archive: string | undefined;
  /** What a revocation is taken back to. */
  readonly before?: Words | undefined;
  readonly deleted: boolean;
}

export interface ManifestRecord {
  readonly digest: string;
  readonly blobs: readonly string[];
  readonly subject?: string | undefined;
}

export interface ModuleModel {
  readonly language: 'bicep' | 'terraform';
  readonly repository: string;
  readonly versions: Map<string, VersionRecord>;
  readonly manifests: Map<string, ManifestRecord>;
  /** Blobs that the repository shows. */
  readonly blobs: Set<string>;
  /** Whether anything was ever pushed. */
  exists: boolean;
}

/** Who looks and acts. `child` is a token that the publisher made. */
export const callers = ['anonymous', 'reader', 'stranger', 'publisher', 'child', 'admin'] as const;
export type CallerName = (typeof callers)[number];

export interface Link {
  readonly path: string;
  readonly owner: CallerName;
  /** Set when the token that asked for it is revoked; a new one of the same caller does not revive it. */
  hasEnded?: boolean;
}

export interface World {
  readonly namespace: string;
  isPublic: boolean;
  readonly modules: readonly ModuleModel[];
  readonly revoked: Set<CallerName>;
  /** Download links that were handed out, the last of each version: they need no token, but end with their owner's. */
  readonly links: Map<string, Link>;
}

export type Access = 'read' | 'publish' | 'manage';

const granted: Record<CallerName, readonly Access[]> = {
  anonymous: [],
  reader: ['read'],
  stranger: [],
  publisher: ['read', 'publish'],
  child: ['read'],
  admin: ['read', 'publish', 'manage'],
};

/** The status of a refusal; undefined when the caller may do it. */
export function refusedWith(world: World, caller: CallerName, access: Access): number | undefined {
  if (world.revoked.has(caller)) return 401;
  if (granted[caller].includes(access)) return undefined;
  if (access === 'read' && world.isPublic) return undefined;
  if (caller === 'anonymous') return 401;
  return world.isPublic || granted[caller].includes('read') ? 403 : 404;
}

export function live(module: ModuleModel): VersionRecord[] {
  return [...module.versions.values()]
    .filter(({ deleted }) => !deleted)
    .toSorted((a, b) => compare(a.version, b.version));
}

export function usable(module: ModuleModel): VersionRecord[] {
  return live(module).filter(({ state }) => state !== 'revoked');
}

export function latest(module: ModuleModel): VersionRecord | undefined {
  const versions = usable(module);
  return versions.findLast(({ version }) => !isPrerelease(version as Version)) ?? versions.at(-1);
}

/** A revoked version stays while something higher can be chosen instead: of a release, another release. */
export function shownToTerraform(module: ModuleModel): VersionRecord[] {
  const higher = (a: VersionRecord, b: VersionRecord) =>
    compare(a.version, b.version) > 0 &&
    (isPrerelease(b.version as Version) || !isPrerelease(a.version as Version));
  return live(module).filter(
    (row) => row.state !== 'revoked' || usable(module).some((other) => higher(other, row)),
  );
}

export function compare(a: string, b: string): number {
  return compareVersions(a as Version, b as Version);
}

export function tagOf(version: string): string {
  return version.replace('+', '_');
}

/** The one sentence about a version, for every client. */
export function sentence(module: ModuleModel, row: VersionRecord): string | undefined {
  if (row.state === 'admitted') return undefined;
  const admitted = live(module).filter(({ state }) => state === 'admitted');
  const releases = admitted.filter(({ version }) => !isPrerelease(version as Version));
  const choice = releases.length > 0 ? releases : admitted;
  const nearest = choice.find(({ version }) => compare(version, row.version) > 0) ?? choice.at(-1);
  const use = row.replacement ?? nearest?.version;
  return [
    `${module.repository}@${row.version} ${row.state === 'revoked' ? 'was revoked' : 'is deprecated'}`,
    row.reason === undefined ? '.' : `: ${row.reason.replace(/\.$/, '')}.`,
    use === undefined ? '' : ` Use ${use} instead.`,
    row.link === undefined ? '' : ` See ${row.link}`,
  ].join('');
}

/** Takes a manifest out, and the blobs that nothing names any more. */
export function removeManifest(module: ModuleModel, digest: string): void {
  const { blobs } = module.manifests.get(digest)!;
  module.manifests.delete(digest);
  const named = new Set([...module.manifests.values()].flatMap((manifest) => manifest.blobs));
  for (const blob of blobs) if (!named.has(blob)) module.blobs.delete(blob);
}

/** The versions that a blob belongs to; undefined when there is none. */
export function ownersOf(module: ModuleModel, blob: string): VersionRecord[] | undefined {
  const manifests = [...module.manifests.values()].filter(({ blobs }) => blobs.includes(blob));
  const owners = manifests.flatMap(({ digest }) => live(module).filter((row) => row.digest === digest));
  return owners.length === 0 ? undefined : owners;
}
