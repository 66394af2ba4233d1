import { ashlarError } from '../error/index.ts';

/** A checked content digest: `sha256:` and 64, or `sha512:` and 128 lower-case hexadecimal digits. */
export type Digest = string & { readonly __brand: 'Digest' };
export type DigestAlgorithm = 'sha256' | 'sha512';

const digestPattern = /^(?:sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/;

export function isDigest(text: string): text is Digest {
  return digestPattern.test(text);
}

/** @throws ASH-DIGEST-INVALID */
export function parseDigest(text: string): Digest {
  if (!isDigest(text)) throw ashlarError('ASH-DIGEST-INVALID', { digest: text.slice(0, 200) });
  return text;
}

/** Makes a digest of the hexadecimal output of a hash function. */
export function digestOf(algorithm: DigestAlgorithm, hex: string): Digest {
  return parseDigest(`${algorithm}:${hex}`);
}

export function digestAlgorithm(digest: Digest): DigestAlgorithm {
  return digest.startsWith('sha512:') ? 'sha512' : 'sha256';
}

export function digestHex(digest: Digest): string {
  return digest.slice(digest.indexOf(':') + 1);
}
