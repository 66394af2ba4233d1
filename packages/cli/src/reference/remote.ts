import { ashlarError } from '@ashlar/core/error';
import { normaliseVersion, parseVersionReference } from '@ashlar/core/module';

import type { ClientSettings } from '../client-settings.ts';
import type { Context } from '../context.ts';
import { upstreamOf } from './download.ts';
import type { FoundModule } from './found-module.ts';
import { findInOci } from './oci-module.ts';
import { findInTerraformRegistry } from './terraform-registry.ts';

/** The module behind an address in a registry. */
export async function findRemote(ref: string, context: Context): Promise<FoundModule> {
  const settings = await context.settings();
  const image = parseImage(ref, settings);
  if (image !== undefined) {
    const { host, name, reference } = image;
    return await findInOci({ upstream: await upstreamOf(host, settings), name, reference, ref });
  }
  if (/^(?:bicep|terraform)\//.test(ref)) return await findInAshlar(ref, context, settings);
  const module =
    /^((?:[\w-]+\.)+[\w-]+(?::\d+)?|[\w-]+:\d+|localhost|\[[\da-f:]+\](?::\d+)?)\/([^/\s]+\/[^/\s]+\/[^/@\s]+)@(\S+)$/i.exec(
      ref,
    );
  if (module !== null) {
    const [, host, address, version] = module as unknown as [string, string, string, string];
    const upstream = await upstreamOf(host, settings);
    return await findInTerraformRegistry({ upstream, address, version: normaliseVersion(version), ref });
  }
  throw ashlarError('ASH-USAGE', { reason: adviceFor(ref) });
}

interface Image {
  readonly host: string;
  readonly name: string;
  /** Tag or digest. */
  readonly reference: string;
}

const name = String.raw`[a-z0-9]+(?:[._/-]+[a-z0-9]+)*`;
const digest = String.raw`sha(?:256|512):[0-9a-f]{64,128}`;
const tag = String.raw`[\w][\w.-]{0,127}`;
const named = new RegExp(`^([^/\\s]+)/(${name})(?::(${tag})|@(${digest}))$`);

/** `br:HOST/PATH:TAG` and `br/ALIAS:PATH:TAG` of Bicep, `oci://HOST/REPOSITORY?tag=TAG` of OpenTofu. */
function parseImage(ref: string, settings: ClientSettings): Image | undefined {
  const parts = named.exec(plainImage(ref, settings) ?? '');
  if (parts !== null) {
    const [, host, repository, tagged, hashed] = parts;
    return { host: host!, name: repository!, reference: tagged ?? hashed! };
  }
  if (!/^(?:br[:/]|oci:)/.test(ref)) return undefined;
  const reason = ref.startsWith('oci:')
    ? `"${ref}" is not the address of an artifact. Write oci://HOST/REPOSITORY?tag=TAG, or ?digest=sha256:…`
    : `"${ref}" is not the address of a Bicep module. Write br:HOST/PATH:TAG, br:HOST/PATH@sha256:… or br/public:PATH:TAG; other aliases stand in bicepconfig.json.`;
  throw ashlarError('ASH-USAGE', { reason });
}

/** As `HOST/NAME:TAG` or `HOST/NAME@DIGEST`. */
function plainImage(ref: string, { url }: ClientSettings): string | undefined {
  if (ref.startsWith('br:')) return ref.slice('br:'.length);
  if (ref.startsWith('br/public:')) return `mcr.microsoft.com/bicep/${ref.slice('br/public:'.length)}`;
  // The alias that "ashlar setup bicep" makes.
  if (ref.startsWith('br/ashlar:')) return `${new URL(url).host}/bicep/${ref.slice('br/ashlar:'.length)}`;
  if (!ref.startsWith('oci://')) return undefined;
  const [place, query = ''] = ref.slice('oci://'.length).split('?', 2) as [string, string?];
  const wanted = new URLSearchParams(query);
  const [tagged, hashed] = [wanted.get('tag'), wanted.get('digest')];
  return tagged === null ? (hashed === null ? place : `${place}@${hashed}`) : `${place}:${tagged}`;
}

/** The API says why a version cannot be had in better words, and which digest it has. */
async function findInAshlar(ref: string, context: Context, settings: ClientSettings): Promise<FoundModule> {
  const { address, version } = parseVersionReference(ref);
  const client = await context.client();
  const { digest, state, message } = await client.call('Version', '/version', { query: { ref } });
  if (state === 'revoked') {
    throw ashlarError('ASH-VERSION-REVOKED', { sentence: message ?? `${ref} was revoked.` });
  }
  const upstream = await upstreamOf(new URL(settings.url).host, settings);
  return await findInOci({ upstream, name: address.repository, reference: digest, version, ref });
}

function adviceFor(ref: string): string {
  if (/^[^/\s@]+\/[^/\s@]+\/[^/\s@]+@\S+$/.test(ref)) {
    return `"${ref}" does not say where it is. Write terraform/${ref} for the Ashlar in use, or registry.terraform.io/${ref} for the public registry.`;
  }
  if (/^(?:[\w-]+\.)+[\w-]+\/[^/]+\/[^/]+\/[^/@]+$/.test(ref)) {
    return `"${ref}" has no version. Write it behind an @: ${ref}@1.2.0`;
  }
  return `"${ref}" is neither a file or folder here nor the address of a module. What can be written is shown by: ashlar inspect --help`;
}
