/** Locations are root-relative: right behind every proxy, and the Azure SDK for JavaScript breaks on absolute ones. */
export function blobUrl(repository: string, digest: string): string {
  return `/v2/${repository}/blobs/${digest}`;
}

export function manifestUrl(repository: string, reference: string): string {
  return `/v2/${repository}/manifests/${reference}`;
}

export function uploadUrl(repository: string, ticket: string): string {
  return `/v2/${repository}/blobs/uploads/${ticket}`;
}
