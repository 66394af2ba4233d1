import { resolve } from 'node:path';

import { httpRequest, type HttpResponse } from '@ashlar/registry/gateway/http';

import { type Client, connectionReason, type Shape } from '../client.ts';
import { findCa, unknownCa, unknownCaNote } from '../setup/input.ts';
import { exportLine } from '../setup/shell.ts';
import { trustedAuthorities, trustProblem } from '../trusted-ca.ts';
import { type Check, fail, ok, skip } from './check.ts';

const proxyFix = 'Let every path through to the server unchanged, if a proxy stands before it.';

/** Whether clients of this machine trust the certificate. */
export async function checkTrust(https: string | undefined, caFile: string | undefined): Promise<Check> {
  if (https === undefined) return skip('tls', 'certificate', 'the server does not serve https');
  const problem = await trustProblem(https, await trustedAuthorities(undefined));
  if (problem === undefined) return ok('tls', 'certificate', `${https}, trusted by the system`);
  const found = await findCa(https, caFile);
  if (found !== undefined && caFile !== undefined && found === resolve(caFile)) {
    const hint =
      process.env['SSL_CERT_FILE'] === caFile ? '' : `; clients: ${exportLine('SSL_CERT_FILE', found)}`;
    return ok('tls', 'certificate', `${https}, trusted under ${found}${hint}`);
  }
  const reason = withoutAdvice(connectionReason(problem));
  const where = found === undefined ? `${unknownCaNote} Or` : 'or';
  const fix = `${exportLine('SSL_CERT_FILE', found ?? unknownCa)}  (${where} add that CA to the system)`;
  return fail('tls', 'certificate', `${https}: ${reason}`, fix);
}

/** `/.well-known/terraform.json`, where Terraform and OpenTofu begin. */
export async function checkDiscovery(client: Client): Promise<Check> {
  const { status, headers, body } = await client.raw('/.well-known/terraform.json');
  const name = 'discovery';
  if (status !== 200 || !/^application\/json\b/.test(headers.get('content-type') ?? '')) {
    return fail(
      'terraform',
      name,
      `/.well-known/terraform.json answers ${status} ${headers.get('content-type')}`,
      proxyFix,
    );
  }
  const services = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
  const modules = new URL(String(services['modules.v1']), client.settings.url).href;
  if (modules === `${client.settings.url}/v1/modules/`) return ok('terraform', name, `modules at ${modules}`);
  return fail('terraform', name, `it names ${modules} for modules`, proxyFix);
}

/** Follows the way of `terraform init`: link, then HEAD of the archive without credentials. */
export async function checkArchive(client: Client): Promise<Check> {
  const found = await findArchive(client);
  if (found === undefined)
    return skip('terraform', 'archive', 'there is no Terraform module that you may read');
  const { label, asked, status, link } = found;
  if (link === undefined)
    return fail('terraform', 'archive', `${asked} answers ${status} without a link`, proxyFix);
  const archive = await client.raw(link, { method: 'HEAD' });
  if (archive.status === 200)
    return ok('terraform', 'archive', `${label}, ${archive.headers.get('content-length')} bytes`);
  return fail('terraform', 'archive', `the link of ${label} answers ${archive.status}`, proxyFix);
}

export interface FoundArchive {
  /** Address and version. */
  readonly label: string;
  /** The path that was asked for the link, and the status of its answer. */
  readonly asked: string;
  readonly status: number;
  /** Path and query of the signed link. */
  readonly link: string | undefined;
}

/** Asks for the link of some archive that the client may read. */
export async function findArchive(client: Client): Promise<FoundArchive | undefined> {
  const query = { language: 'terraform', limit: 100 };
  const { modules } = await client.call('ModulePage', '/modules', { query });
  const module = modules.find(({ latest }) => latest !== undefined);
  if (module === undefined) return undefined;
  const asked = `/v1/modules/${module.address.replace(/^terraform\//, '')}/${encodeURIComponent(module.latest!)}/download`;
  const { status, headers } = await client.raw(asked, { headers: bearer(client) });
  const location = headers.get('x-terraform-get');
  const target = location === null ? undefined : new URL(location, client.settings.url + asked);
  const link = target && target.pathname + target.search;
  return { label: `${module.address}@${module.latest}`, asked, status, link };
}

/** The first answer that docker, oras, Bicep and tofu `oci://` get, for one listener. */
export async function checkOci(
  url: string | undefined,
  scheme: 'http' | 'https',
  client: Client,
): Promise<Check> {
  const name = `${scheme} ping`;
  if (url === undefined) return skip('oci', name, `the server does not serve ${scheme}`);
  const ca =
    scheme === 'https' ? await trustedAuthorities(await findCa(url, client.settings.caFile)) : undefined;
  let answer: HttpResponse;
  try {
    answer = await httpRequest(`${url}/v2/`, ca === undefined ? {} : { ca });
  } catch (error) {
    const reason = connectionReason(error);
    // The check of the certificate names the fix.
    if (reason.includes('certificate')) return skip('oci', name, `${url}: ${withoutAdvice(reason)}`);
    return fail('oci', name, `${url}: ${reason}`, externalUrlFix(scheme));
  }
  const challenge = answer.headers.get('www-authenticate') ?? '';
  if (answer.status !== 401)
    return fail('oci', name, `${url}/v2/ answers ${answer.status} instead of 401`, proxyFix);
  const wanted = scheme === 'https' ? `Bearer realm="${url}/token"` : 'Basic realm=';
  if (challenge.startsWith(wanted)) return ok('oci', name, `${url}, ${challenge.split(',', 1)[0]}`);
  return fail(
    'oci',
    name,
    `${url} asks for ${challenge || 'nothing'}; clients want ${wanted}`,
    externalUrlFix(scheme),
  );
}

/** Whether the address in use is one that answers name: clients send no credentials to a realm elsewhere. */
export function checkExternalUrl({ settings: { url } }: Client, { externalUrls }: Shape<'Status'>): Check {
  const named = Object.values(externalUrls).filter((each) => each !== undefined);
  if (named.includes(url)) return ok('oci', 'external address', url);
  const scheme = url.startsWith('https:') ? 'https' : 'http';
  const detail = `you use ${url}, the server calls itself ${named.join(' and ')}`;
  return fail('oci', 'external address', detail, `Use its own name, or ${externalUrlFix(scheme)}`);
}

function externalUrlFix(scheme: 'http' | 'https'): string {
  const flag = scheme === 'https' ? '--external-url-tls' : '--external-url';
  return `set ${flag} of the server to the address that clients use.`;
}

function withoutAdvice(reason: string): string {
  return reason.replace(/;.*/, '');
}

function bearer({ settings: { token } }: Client): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` };
}
