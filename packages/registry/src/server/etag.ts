import type { Digest } from '@ashlar/core';

/** The entity tag of content that never changes under its digest. */
export function etagOf(digest: Digest): string {
  return `"${digest}"`;
}

/** Whether an `If-None-Match` names the content, so that a copy the client has is still right (RFC 9110 §13.1.2). */
export function isCached(ifNoneMatch: string | undefined, digest: Digest): boolean {
  if (ifNoneMatch === undefined) return false;
  const tags = ifNoneMatch.split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  return tags.includes(etagOf(digest)) || tags.includes('*');
}
