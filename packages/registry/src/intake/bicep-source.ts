import { posix } from 'node:path';

import { ashlarError, limits } from '@ashlar/core';

import { quotedTexts } from './bicep-string.ts';
import { type ModuleFile, sortByPath } from './module-file.ts';
import { packTarGz } from './pack.ts';

// SourceArchive.cs of Azure/bicep.
const entryPoint = 'main.bicep';
const maxArchivePathLength = limits.sourcePath.value;
const maxSize = limits.sourceLayer.value;
const forbiddenCharacters = /[&+[\]#]/g;
const longPathMark = '__path_too_long__';

type SourceKind = 'Bicep' | 'ArmTemplate';

/**
 * Packs the source layer of a Bicep module: `main.bicep` and every file that it leads to, as `bicep publish
 * --with-source` does, and besides them the data that these load. Tests, examples and the compiled template stay out.
 * @throws ASH-BICEP-ARTIFACT without main.bicep, or when it gets too large
 */
export async function packBicepSource(
  files: readonly ModuleFile[],
  compiler: string | undefined,
): Promise<Buffer> {
  const sources = nameInArchive(sortByPath(reachableFiles(files)));
  const packed = await packTarGz([
    { path: '__metadata.json', executable: false, bytes: metadataBytes(sources, compiler) },
    ...sources.map(({ file, archivePath }) => ({ path: archivePath, executable: false, bytes: file.bytes })),
  ]);
  if (packed.length > maxSize) {
    throw ashlarError('ASH-BICEP-ARTIFACT', {
      reason: `its source layer is larger than ${maxSize} bytes`,
    });
  }
  return packed;
}

/** Follows every string that names a file: modules, imports and `load…Content()` look alike. */
function reachableFiles(files: readonly ModuleFile[]): ModuleFile[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const entry = byPath.get(entryPoint);
  if (!entry) throw ashlarError('ASH-BICEP-ARTIFACT', { reason: `its sources have no ${entryPoint}` });
  const reached = new Set([entry]);
  for (const file of reached) {
    for (const path of isBicep(file) ? namedPaths(file) : []) {
      const named = byPath.get(path);
      if (named) reached.add(named);
    }
  }
  return [...reached];
}

function namedPaths(file: ModuleFile): string[] {
  const folder = posix.dirname(file.path);
  return Array.from(quotedTexts(file.bytes.toString()), (text) => posix.join(folder, text));
}

interface NamedSource {
  readonly file: ModuleFile;
  readonly archivePath: string;
}

/** Names in the archive are stricter than paths, so two paths can come to the same name; the later gets a number. */
function nameInArchive(files: readonly ModuleFile[]): NamedSource[] {
  const taken = new Set<string>();
  return files.map((file) => {
    const wanted = shorten(`files/${file.path.replace(forbiddenCharacters, '_')}`);
    let archivePath = wanted;
    for (let number = 2; taken.has(archivePath.toLowerCase()); number++) archivePath = `${wanted}(${number})`;
    taken.add(archivePath.toLowerCase());
    return { file, archivePath };
  });
}

function shorten(path: string): string {
  if (path.length <= maxArchivePathLength) return path;
  const end = `${longPathMark}${posix.extname(path)}`;
  return `${path.slice(0, maxArchivePathLength - end.length)}${end}`;
}

/** Lists what Bicep has a kind for: it cannot read a list with another kind, and ignores files that are not listed. */
function metadataBytes(sources: readonly NamedSource[], compiler: string | undefined): Buffer {
  const sourceFiles = sources.flatMap(({ file, archivePath }) => {
    const kind = kindOf(file);
    return kind ? [{ path: file.path, archivePath, kind }] : [];
  });
  return Buffer.from(
    JSON.stringify({
      metadataVersion: 1,
      bicepVersion: compiler ?? 'unknown',
      entryPoint,
      sourceFiles,
      documentLinks: {},
    }),
  );
}

function kindOf(file: ModuleFile): SourceKind | undefined {
  if (isBicep(file)) return 'Bicep';
  const isTemplate =
    /\.jsonc?$/.test(file.path) &&
    /"\$schema"\s*:\s*"[^"]*deploymentTemplate\.json/i.test(file.bytes.toString());
  return isTemplate ? 'ArmTemplate' : undefined;
}

function isBicep(file: ModuleFile): boolean {
  return file.path.endsWith('.bicep');
}
