import { mediaType } from '@ashlar/core';
import { type ModuleFile, readArchive } from '@ashlar/registry/intake';
import type { BuiltUpload } from '@ashlar/registry/source/upload';

import { formatSize } from '../table.ts';

export interface FileSummary {
  readonly path: string;
  readonly size: number;
}

/** What ends up in the artifact; of a Bicep folder that is less than lies there. */
export async function filesOfArtifact(
  files: readonly ModuleFile[],
  artifact: BuiltUpload,
): Promise<FileSummary[]> {
  const template = artifact.blobs.find((blob) => blob.mediaType === mediaType.bicepTemplate);
  if (template === undefined) return files.map(({ path, bytes }) => ({ path, size: bytes.length }));
  const source = artifact.blobs.find((blob) => blob.mediaType === mediaType.bicepSource);
  const sources = source === undefined ? [] : await readArchive(source.bytes);
  return [
    { path: 'main.json', size: template.bytes.length },
    ...sources.flatMap(({ path, bytes }) =>
      path.startsWith('files/') ? [{ path: path.slice('files/'.length), size: bytes.length }] : [],
    ),
  ];
}

export function fileLines(files: readonly FileSummary[]): string[] {
  const width = Math.max(...files.map(({ path }) => path.length));
  const sizes = files.map(({ size }) => formatSize(size));
  const sizeWidth = Math.max(...sizes.map((size) => size.length));
  const total = formatSize(files.reduce((sum, { size }) => sum + size, 0));
  return [
    ...files.map(({ path }, index) => `  ${path.padEnd(width)}  ${sizes[index]!.padStart(sizeWidth)}`),
    `  ${files.length === 1 ? '1 file' : `${files.length} files`}, ${total}`,
  ];
}

/** Bytes of the manifest and all that it names. */
export function artifactSize({ manifest, blobs }: BuiltUpload): number {
  return manifest.length + blobs.reduce((sum, { bytes }) => sum + bytes.length, 0);
}
