import { type Digest, mediaType } from '@ashlar/core';

import { sha256 } from './content-digest.ts';

export interface ArtifactBlob {
  readonly digest: Digest;
  readonly mediaType: string;
  readonly bytes: Buffer;
}

/** An OCI artifact that is ready to be stored: manifest, every blob that it names, and what makes it "the same". */
export interface BuiltArtifact {
  readonly manifest: Buffer;
  /** Of the manifest. */
  readonly mediaType: string;
  readonly blobs: readonly ArtifactBlob[];
  readonly contentDigest: Digest;
}

export function blobOf(type: string, bytes: Buffer): ArtifactBlob {
  return { digest: sha256(bytes), mediaType: type, bytes };
}

interface ManifestParts {
  readonly artifactType: string;
  readonly config: object;
  readonly layers: readonly object[];
  readonly annotations: Readonly<Record<string, string>>;
}

/** Compact JSON in the key order of `bicep publish`. There is no date, so equal parts give equal bytes. */
export function manifestBytes({ artifactType, config, layers, annotations }: ManifestParts): Buffer {
  const type = mediaType.imageManifest;
  return Buffer.from(
    JSON.stringify({ schemaVersion: 2, mediaType: type, artifactType, config, layers, annotations }),
  );
}

/** The place of a blob in a manifest, keys in the order of `bicep publish`. */
export function descriptorOf(blob: ArtifactBlob, annotations: Readonly<Record<string, string>> = {}) {
  return { mediaType: blob.mediaType, digest: blob.digest, size: blob.bytes.length, annotations };
}
