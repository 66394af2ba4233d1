import type { ErrorEntry } from './catalogue.ts';

interface Digest {
  digest: string;
}
const wrong = { status: 400, exit: 2 } as const;
const missing = { status: 404, exit: 1 } as const;

/** What only the OCI surface can run into; `protocol/oci/error.ts` gives each its code of the distribution specification. */
export const ociErrors = {
  'ASH-REPOSITORY-INVALID': {
    ...wrong,
    message: ({ name, reason }: { name: string; reason: string }) =>
      `"${name}" is not a repository name: ${reason}.`,
  },
  'ASH-REPOSITORY-UNKNOWN': {
    ...missing,
    message: ({ name }: { name: string }) => `There is no repository ${name} that you may read.`,
  },
  'ASH-REFERENCE-INVALID': {
    ...wrong,
    message: ({ reference }: { reference: string }) => `"${reference}" is neither a tag nor a digest.`,
  },
  'ASH-DIGEST-INVALID': {
    ...wrong,
    message: ({ digest }: Digest) =>
      `"${digest}" is not a digest. Use sha256: with 64 or sha512: with 128 lower-case hexadecimal digits.`,
  },
  'ASH-DIGEST-MISMATCH': {
    ...wrong,
    message: ({ digest, actual }: Digest & { actual: string }) =>
      `The content does not match its digest: ${digest} was announced, ${actual} arrived. Send it again.`,
  },
  'ASH-SIZE-MISMATCH': {
    ...wrong,
    message: ({ expected, actual }: { expected: number; actual: number }) =>
      `${expected} bytes were announced and ${actual} arrived. Send them again.`,
  },
  'ASH-BLOB-UNKNOWN': {
    ...missing,
    message: ({ digest }: Digest) => `There is no blob ${digest} in this repository.`,
  },
  'ASH-BLOB-IN-USE': {
    status: 409,
    exit: 1,
    message: ({ digest, address }: Digest & { address: string }) =>
      `The blob ${digest} belongs to a version of ${address} and cannot be deleted. Delete the version first.`,
  },
  'ASH-BLOB-SIZE': {
    status: 413,
    exit: 1,
    message: ({ limit }: { limit: number }) =>
      `The blob is larger than ${limit} bytes, the limit of this registry (setting maxBlobSize).`,
  },
  'ASH-UPLOAD-UNKNOWN': {
    ...missing,
    message: () => 'There is no such upload; it was finished, cancelled or has expired. Start it again.',
  },
  'ASH-UPLOAD-LIMIT': {
    status: 429,
    exit: 1,
    message: ({ limit }: { limit: number }) =>
      `You have ${limit} unfinished uploads, and more are not possible (setting maxUploads). Finish or cancel some; those that rest are dropped after a while.`,
  },
  'ASH-UPLOAD-RANGE': {
    status: 416,
    exit: 1,
    message: ({ size }: { size: number }) =>
      `The chunk does not continue the upload, which holds ${size} bytes. Go on from there.`,
  },
  'ASH-UPLOAD-BUSY': {
    status: 409,
    exit: 1,
    message: () => 'Another request is writing to this upload. Send its chunks one after another.',
  },
  'ASH-CONTENT-RANGE-INVALID': {
    ...wrong,
    message: ({ value }: { value: string }) =>
      `"${value}" is not a Content-Range. Write first and last byte: 0-1023.`,
  },
  'ASH-DIGEST-ALGORITHM': {
    ...wrong,
    message: ({ algorithm }: { algorithm: string }) =>
      `The digest algorithm "${algorithm}" is not supported. Use sha256 or sha512.`,
  },
  'ASH-MANIFEST-UNKNOWN': {
    ...missing,
    message: ({ name, reference }: { name: string; reference: string }) =>
      `There is no manifest ${reference} in ${name}.`,
  },
  'ASH-MANIFEST-INVALID': {
    ...wrong,
    message: ({ reason }: { reason: string }) => `The manifest is not valid: ${reason}.`,
  },
  'ASH-MANIFEST-SIZE': {
    status: 413,
    exit: 1,
    message: ({ limit }: { limit: number }) => `The manifest is larger than ${limit} bytes.`,
  },
  'ASH-MANIFEST-PARTS': {
    ...missing,
    message: ({ digest }: Digest) =>
      `The manifest names ${digest}, which is not in this repository. Push it first; a blob of another repository must be mounted.`,
  },
  'ASH-MANIFEST-IN-USE': {
    status: 409,
    exit: 1,
    message: ({ digest }: Digest) => `The manifest ${digest} cannot be deleted while an index names it.`,
  },
  'ASH-TAG-IMMUTABLE': {
    status: 409,
    exit: 1,
    message: ({ tag, name }: { tag: string; name: string }) =>
      `The tag ${tag} of ${name} exists and the namespace is immutable. Push under a new tag.`,
  },
  'ASH-TAG-COUNT': {
    status: 414,
    exit: 1,
    message: ({ limit }: { limit: number }) => `One request sets ${limit} tags at most.`,
  },
  'ASH-PRECONDITION': {
    status: 412,
    exit: 1,
    message: ({ name, reference }: { name: string; reference: string }) =>
      `${reference} of ${name} is not in the condition that the request asked for; nothing was changed.`,
  },
  'ASH-RANGE-INVALID': {
    status: 416,
    exit: 1,
    message: ({ size }: { size: number }) => `The range lies outside the ${size} bytes of the content.`,
  },
  'ASH-OCI-UNSUPPORTED': {
    status: 405,
    exit: 2,
    message: ({ what }: { what: string }) => `This registry does not support ${what}.`,
  },
} satisfies Record<string, ErrorEntry<never>>;
