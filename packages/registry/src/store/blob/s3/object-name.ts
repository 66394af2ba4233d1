import { digestAlgorithm, digestHex } from '@ashlar/core';
import type { Digest, DigestAlgorithm } from '@ashlar/core';

import { digestOfName } from '../digest-name.ts';

/**
 * Names of objects below a prefix.
 *
 * ```
 * <prefix>/sha256/ab/abcd…                     blobs
 * <prefix>/sha512/…
 * <prefix>/quarantine/sha256-abcd…-<time>      damaged blobs, for a person to look at
 * <prefix>/probe                               written and removed at each start
 * ```
 */
export interface ObjectNames {
  /** What all names start with. */
  readonly root: string;
  readonly probe: string;
  of(digest: Digest): string;
  /** What all blobs of an algorithm start with. */
  start(algorithm: DigestAlgorithm): string;
  /** The blob that an object holds; undefined for what somebody else put there. */
  digestOf(key: string): Digest | undefined;
  quarantine(digest: Digest, time: number): string;
  /** Whether only this store gives such names; others may have content below the same prefix. */
  isOurs(key: string): boolean;
}

export function objectNames(prefix: string): ObjectNames {
  const root = prefix === '' ? '' : `${prefix}/`;
  function digestOf(key: string): Digest | undefined {
    if (!key.startsWith(root)) return undefined;
    const [algorithm, part, name, ...more] = key.slice(root.length).split('/');
    if ((algorithm !== 'sha256' && algorithm !== 'sha512') || more.length > 0) return undefined;
    return part === undefined || name === undefined ? undefined : digestOfName(algorithm, part, name);
  }

  return {
    root,
    probe: `${root}probe`,
    of: (digest) => `${root}${digestAlgorithm(digest)}/${digestHex(digest).slice(0, 2)}/${digestHex(digest)}`,
    start: (algorithm) => `${root}${algorithm}/`,
    digestOf,
    quarantine: (digest, time) => `${root}quarantine/${digest.replace(':', '-')}-${time}`,
    isOurs: (key) => digestOf(key) !== undefined || key.startsWith(`${root}quarantine/`),
  };
}
