/**
 * - `probe`: how operators look at the server; always answered
 * - `transfer`: content on its way in or out; served or drained, never refused for load: Terraform does not try again
 *   when an archive fails to arrive, and a push that breaks off has to be sent again
 * - `metadata`: everything else; clients try again when they are told when
 */
export type RequestKind = 'probe' | 'transfer' | 'metadata';

const probes: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

/** A blob or an upload. From the end, because repository names may hold the word. */
const blobPath = /\/blobs\/(?:uploads\/[^/]*|[^/]+)$/;

/** What kind of request this is, by its first line alone. */
export function requestKind(method: string, url: string): RequestKind {
  const path = url.split('?', 1)[0]!;
  if (probes.has(path)) return 'probe';
  if (path.startsWith('/v1/archives/')) return 'transfer';
  if (path === '/api/v1/version') return method === 'PUT' ? 'transfer' : 'metadata';
  if (!path.startsWith('/v2/')) return 'metadata';
  if (method === 'POST' || method === 'PUT' || method === 'PATCH') return 'transfer';
  return blobPath.test(path.replaceAll(/%2f/gi, '/')) ? 'transfer' : 'metadata';
}
