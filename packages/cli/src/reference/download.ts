import { ashlarError } from '@ashlar/core/error';
import { isLoopback } from '@ashlar/core/loopback';
import { httpRequest, type HttpResponse } from '@ashlar/registry/gateway/http';

import { connectionReason } from '../client.ts';
import type { ClientSettings } from '../client-settings.ts';
import { trustedAuthorities } from '../trusted-ca.ts';
import { shownAddress } from './shown-address.ts';

/** Milliseconds for a whole answer; the largest has 50 MiB. */
const timeout = 120_000;
const maxRedirects = 5;

/** One server that modules are fetched from. */
export interface Upstream {
  /** Without trailing slash. */
  readonly origin: string;
  readonly host: string;
  /** Of the Ashlar in use; nobody else gets its token. */
  readonly authorization: string | undefined;
  readonly ca: string | undefined;
}

export interface Download {
  readonly accept?: string;
  /** Bytes. */
  readonly limit: number;
  readonly authorization?: string | undefined;
}

/** A host as references write it: the Ashlar in use by its own address, this machine by http as Bicep has it, others by https. */
export async function upstreamOf(host: string, { url, token, caFile }: ClientSettings): Promise<Upstream> {
  const isOwn = new URL(url).host === host.toLowerCase();
  const origin = isOwn ? url : `${isLoopback(`http://${host}`) ? 'http' : 'https'}://${host}`;
  if (URL.parse(origin)?.host !== host.toLowerCase()) {
    throw ashlarError('ASH-USAGE', { reason: `"${host}" is not the name of a host.` });
  }
  return {
    origin,
    host,
    authorization: isOwn && token !== undefined ? `Bearer ${token}` : undefined,
    ca: await trustedAuthorities(caFile),
  };
}

/**
 * Fetches an address, redirects followed. Credentials go to the host of the address only.
 * @throws ASH-UPSTREAM when no answer comes
 */
export async function download(url: string, upstream: Upstream, wanted: Download): Promise<HttpResponse> {
  let target = url;
  for (let redirects = 0; redirects <= maxRedirects; redirects++) {
    const answer = await send(target, upstream, wanted, new URL(target).origin === new URL(url).origin);
    const location = answer.headers.get('location');
    if (answer.status < 300 || answer.status >= 400 || location === null) return answer;
    const next = URL.parse(location, target);
    if (next === null || !isAsSafe(next, new URL(target))) {
      const reason = 'it redirects to an address that is not used';
      throw ashlarError('ASH-UPSTREAM', { url: shownAddress(url), reason });
    }
    target = next.href;
  }
  throw ashlarError('ASH-UPSTREAM', { url: shownAddress(url), reason: 'it redirects without end' });
}

/** Whether one address may lead to the other: what was asked for by https does not come by http. */
export function isAsSafe(next: URL, from: URL): boolean {
  return next.protocol === 'https:' || (next.protocol === 'http:' && from.protocol === 'http:');
}

async function send(
  target: string,
  { ca }: Upstream,
  { accept, limit, authorization }: Download,
  isOwnHost: boolean,
): Promise<HttpResponse> {
  const headers = {
    ...(accept === undefined ? {} : { accept }),
    ...(authorization === undefined || !isOwnHost ? {} : { authorization }),
  };
  const trust = ca === undefined || !target.startsWith('https:') ? {} : { ca };
  try {
    return await httpRequest(target, { headers, timeout, maxBody: limit, ...trust });
  } catch (error) {
    throw ashlarError(
      'ASH-UPSTREAM',
      { url: shownAddress(target), reason: connectionReason(error) },
      { cause: error },
    );
  }
}
