import { createHash } from 'node:crypto';

import { ashlarError } from '@ashlar/core/error';

export interface Checksum {
  readonly kind: string;
  /** In lower case. */
  readonly hex: string;
}

/** Digits of the kinds that go-getter knows. */
const lengths: Readonly<Record<string, number>> = { md5: 32, sha1: 40, sha256: 64, sha512: 128 };

/**
 * What a registry says about an archive, as go-getter reads it: `sha256:…`, or the digits alone, whose number tells the kind.
 * @throws ASH-REFERENCE-REFUSED for what cannot be checked
 */
export function checksumOf(ref: string, text: string): Checksum {
  const [first, second] = text.split(':', 2) as [string, string?];
  const hex = (second ?? first).toLowerCase();
  const kind =
    second === undefined
      ? Object.keys(lengths).find((each) => lengths[each] === hex.length)
      : first.toLowerCase();
  if (
    kind !== undefined &&
    Object.hasOwn(lengths, kind) &&
    hex.length === lengths[kind] &&
    /^[0-9a-f]+$/.test(hex)
  ) {
    return { kind, hex };
  }
  const shown = second === undefined ? `${text.length} characters` : `"${first.slice(0, 20)}"`;
  const reason = `its registry gives a checksum that cannot be checked (${shown}); md5, sha1, sha256 and sha512 can`;
  throw ashlarError('ASH-REFERENCE-REFUSED', { ref, reason });
}

export function hasChecksum(bytes: Buffer, { kind, hex }: Checksum): boolean {
  return createHash(kind).update(bytes).digest('hex') === hex;
}
