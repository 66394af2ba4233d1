import { createHash } from 'node:crypto';

import { type Descriptor, type Digest, digestOf } from '@ashlar/core';

import { type ModuleFile, sortByPath } from './module-file.ts';

/** sha256 of bytes, as a digest. */
export function sha256(bytes: Buffer | string): Digest {
  return digestOf('sha256', createHash('sha256').update(bytes).digest('hex'));
}

/**
 * Content digest of a Terraform module: sha256 over one line of JSON per file, `["path",executable,"sha256:…"]` and a
 * line feed, sorted by path. Packing, dates and owners do not count.
 */
export function treeDigest(files: readonly ModuleFile[]): Digest {
  const lines = sortByPath(files).map((file) => [file.path, file.executable, sha256(file.bytes)]);
  return digestLines(lines);
}

/**
 * Content digest of a Bicep module: sha256 over one line of JSON, `["media type","digest"]` and a line feed, for the
 * config and for each layer in order. Annotations do not count: `bicep publish` writes the time into them.
 * A config of `{}` and the zero-byte config of old modules are the same, nothing.
 */
export function layersDigest(config: Descriptor, layers: readonly Descriptor[]): Digest {
  const configDigest = emptyConfigs.has(config.digest) ? '' : config.digest;
  return digestLines([
    [config.mediaType, configDigest],
    ...layers.map((layer) => [layer.mediaType, layer.digest]),
  ]);
}

const emptyConfigs: ReadonlySet<string> = new Set(
  ['', '{}'].flatMap((text) => [
    sha256(text),
    digestOf('sha512', createHash('sha512').update(text).digest('hex')),
  ]),
);

function digestLines(lines: readonly unknown[]): Digest {
  return sha256(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}
