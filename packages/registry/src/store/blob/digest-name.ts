import { isDigest } from '@ashlar/core';
import type { Digest, DigestAlgorithm } from '@ashlar/core';

/** The digest that `…/<algorithm>/<part>/<name>` stands for; undefined for what somebody else put there. */
export function digestOfName(algorithm: DigestAlgorithm, part: string, name: string): Digest | undefined {
  const digest = `${algorithm}:${name}`;
  return part === name.slice(0, 2) && isDigest(digest) ? digest : undefined;
}
