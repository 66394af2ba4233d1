/** Names a manifest in a map. */
export function manifestKey(manifest: { readonly repository: string; readonly digest: string }): string {
  return `${manifest.repository}@${manifest.digest}`;
}
