import type { AshlarError } from '@ashlar/core';
import type { FastifyRequest } from 'fastify';

import '../request.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The scope that this request needs, as the challenge names it: exactly the action needed, no more. */
    ociScope: string;
  }
}

/**
 * The one challenge of a 401. Under https it is `Bearer`, which the Azure SDK needs, with a realm on our own host,
 * which ORAS demands; both `service` and `scope` are always there because the Azure SDK fails without. Under plain
 * http it is `Basic`: ORAS reads only the first challenge and sends Bearer credentials to https realms only.
 */
export function challenge(request: FastifyRequest, error: AshlarError): string {
  const { externalUrl } = request;
  if (externalUrl.startsWith('http:')) return 'Basic realm="ashlar"';
  const parts = [
    `realm="${externalUrl}/token"`,
    `service="${serviceName(externalUrl)}"`,
    `scope="${request.ociScope || 'registry:catalog:*'}"`,
  ];
  if (error.code === 'ASH-AUTH-SCOPE') parts.push('error="insufficient_scope"');
  if (error.code === 'ASH-AUTH-INVALID') parts.push('error="invalid_token"');
  return `Bearer ${parts.join(',')}`;
}

/** What clients call `service`: the host and port of the external URL. */
export function serviceName(externalUrl: string): string {
  return new URL(externalUrl).host;
}
