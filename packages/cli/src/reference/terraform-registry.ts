import { ashlarError } from '@ashlar/core/error';
import { limits } from '@ashlar/core/limit';
import type { Version } from '@ashlar/core/module';
import { readArchive } from '@ashlar/registry/intake';

import { filesOfArchive } from './archive.ts';
import { type Checksum, checksumOf, hasChecksum } from './checksum.ts';
import { download, isAsSafe, type Upstream } from './download.ts';
import type { FoundModule } from './found-module.ts';
import { findInGitRemote, gitSourceOf } from './git-remote.ts';
import { shownAddress } from './shown-address.ts';

export interface TerraformReference {
  readonly upstream: Upstream;
  /** Namespace, name and system, with slashes. */
  readonly address: string;
  readonly version: Version;
  /** As the user wrote it. */
  readonly ref: string;
}

/** The module in a Terraform registry, by service discovery and the module protocol. */
export async function findInTerraformRegistry(reference: TerraformReference): Promise<FoundModule> {
  const { upstream, address, version } = reference;
  const modules = await discover(upstream);
  const asked = new URL(`${address}/${encodeURIComponent(version)}/download`, modules).href;
  const limit = limits.manifest.value;
  const { authorization } =
    new URL(asked).origin === upstream.origin ? upstream : { authorization: undefined };
  const { status, headers, body } = await download(asked, upstream, { limit, authorization });
  if (status !== 200 && status !== 204) throw refusal(reference, asked, status, body);
  const location = headers.get('x-terraform-get') ?? locationIn(body);
  if (location === undefined) {
    const url = shownAddress(asked);
    throw ashlarError('ASH-UPSTREAM', { url, reason: 'it names no place to download from' });
  }
  const files = await filesAt(reference, location, asked);
  return { files, language: 'terraform', place: `terraform-${address.replaceAll('/', '-')}`, version };
}

/** What lies where a registry sends us, as go-getter would fetch it. */
async function filesAt({ ref, upstream }: TerraformReference, location: string, asked: string) {
  const { source, subfolder } = splitSource(location);
  const repository = gitSourceOf(source, subfolder);
  if (repository !== undefined) {
    requireSafe(repository.url, asked);
    return (await findInGitRemote(repository, ref)).files;
  }
  const { url, checksum } = archiveAt(ref, source, asked);
  requireSafe(url, asked);
  const archive = await download(url, upstream, { limit: limits.archiveSize.value });
  if (archive.status !== 200) {
    throw ashlarError('ASH-UPSTREAM', {
      url: shownAddress(url),
      reason: `it answers with status ${archive.status}`,
    });
  }
  if (checksum !== undefined && !hasChecksum(archive.body, checksum)) {
    const reason = 'what arrived does not have its checksum';
    throw ashlarError('ASH-UPSTREAM', { url: shownAddress(url), reason });
  }
  return filesOfArchive(await readArchive(archive.body), subfolder);
}

/** A registry that is asked by https must not lead to what anybody on the way can change. @throws ASH-UPSTREAM */
function requireSafe(target: string, asked: string): void {
  const next = URL.parse(target);
  if (next === null || !/^https?:$/.test(next.protocol) || isAsSafe(next, new URL(asked))) return;
  const reason = `it leads to an address without https, which is not used (${shownAddress(target)})`;
  throw ashlarError('ASH-UPSTREAM', { url: shownAddress(asked), reason });
}

async function discover({ origin, ...upstream }: Upstream): Promise<string> {
  const url = `${origin}/.well-known/terraform.json`;
  const { status, body } = await download(url, { origin, ...upstream }, { limit: limits.manifest.value });
  const modules = status === 200 ? field(body, 'modules.v1') : undefined;
  const found = modules === undefined ? null : URL.parse(modules, url);
  if (found !== null) {
    requireSafe(found.href, url);
    return found.href.endsWith('/') ? found.href : `${found.href}/`;
  }
  const reason =
    status === 200
      ? 'it names no registry of modules'
      : `it answers with status ${status}, as what is no Terraform registry`;
  throw ashlarError('ASH-UPSTREAM', { url, reason });
}

/** Newer registries say it in the body. */
function locationIn(body: Buffer): string | undefined {
  return field(body, 'location');
}

function field(body: Buffer, name: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    const found =
      typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
    return typeof found === 'string' ? found : undefined;
  } catch {
    return undefined;
  }
}

function refusal({ ref, upstream }: TerraformReference, asked: string, status: number, body: Buffer) {
  const url = shownAddress(asked);
  if (status === 404) {
    return ashlarError('ASH-REFERENCE-UNKNOWN', {
      ref,
      reason: `${upstream.host} has no such version that you may read`,
    });
  }
  // What Terraform shows as well.
  if (status === 410 || status === 403) {
    const reason = body.toString('utf8', 0, 500).trim().replace(/\.$/, '') || `status ${status}`;
    return ashlarError('ASH-REFERENCE-REFUSED', { ref, reason });
  }
  if (status === 401) return ashlarError('ASH-UPSTREAM-DENIED', { url, host: upstream.host });
  return ashlarError('ASH-UPSTREAM', { url, reason: `it answers with status ${status}` });
}

/** `https://host/x.zip?archive=zip&checksum=sha256:…`; other ways to fetch are not ours. @throws ASH-REFERENCE-REFUSED */
function archiveAt(
  ref: string,
  source: string,
  asked: string,
): { url: string; checksum: Checksum | undefined } {
  const target = /^(?!https?:)[\w-]+::/.test(source)
    ? null
    : URL.parse(source.replace(/^https?::/, ''), asked);
  if (target === null || !/^https?:$/.test(target.protocol)) {
    const reason = `its registry names a place that only Terraform can fetch from (${shownAddress(source).slice(0, 100)})`;
    throw ashlarError('ASH-REFERENCE-REFUSED', { ref, reason });
  }
  const checksum = target.searchParams.get('checksum');
  target.searchParams.delete('archive');
  target.searchParams.delete('checksum');
  return { url: target.href, checksum: checksum ? checksumOf(ref, checksum) : undefined };
}

/** The folder stands between the first `//` that is not of the scheme and the query. */
function splitSource(location: string): { source: string; subfolder: string | undefined } {
  const end = location.includes('?') ? location.indexOf('?') : location.length;
  const scheme = location.indexOf('://');
  const start = location.indexOf('//', scheme === -1 ? 0 : scheme + 3);
  if (start === -1 || start > end) return { source: location, subfolder: undefined };
  const subfolder = location.slice(start + 2, end).replace(/(?<!\/)\/+$/, '');
  return { source: location.slice(0, start) + location.slice(end), subfolder };
}
