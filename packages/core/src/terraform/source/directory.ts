import { bodyOfJson, parseHcl, parseHclJson } from '../hcl/index.ts';
import { blocksIn, type PlacedBlock, sourceFile, type SourceFile } from './block.ts';
import { terraformSchema } from './json-schema.ts';

/** The files of one directory of a module that Terraform reads, and the blocks in them. */
export interface Directory {
  readonly files: readonly SourceFile[];
  /** All blocks of a type, in the order of the files. */
  blocks(type: string): PlacedBlock[];
}

/** Paths of the files that Terraform reads in a directory, which is empty or ends with a slash. */
export function terraformFiles(paths: Iterable<string>, directory: string): string[] {
  return [...paths]
    .filter((path) => path.startsWith(directory) && !path.slice(directory.length).includes('/'))
    .filter((path) => /\.(?:tf|tofu)(?:\.json)?$/.test(path) && !isIgnored(path.slice(directory.length)))
    .filter((path, _, all) => !path.includes('.tofu') || !all.includes(path.replace('.tofu', '.tf')))
    .sort();
}

/** What editors leave behind. */
function isIgnored(name: string): boolean {
  return name.startsWith('.') || name.endsWith('~') || (name.startsWith('#') && name.endsWith('#'));
}

/** `override.tf` and `x_override.tf` change blocks of other files. Of a file for OpenTofu alone there may be a twin. */
function isOverride(path: string): boolean {
  return /(?:^|\/|_)override\.(?:tf|tofu)(?:\.json)?$/.test(path);
}

export function readDirectory(paths: readonly string[], textOf: (path: string) => string): Directory {
  const files = paths.map((path) => sourceFile(path, parseFile(path, textOf(path))));
  const [plain, overriding] = [
    files.filter(({ path }) => !isOverride(path)),
    files.filter(({ path }) => isOverride(path)),
  ];
  return {
    files,
    blocks(type) {
      const changes = Map.groupBy(placedIn(overriding, type), nameOf);
      return placedIn(plain, type).map((placed) => ({
        ...placed,
        overrides: changes.get(nameOf(placed)) ?? [],
      }));
    },
  };
}

function parseFile(path: string, text: string): ReturnType<typeof parseHcl> {
  return path.endsWith('.json') ? bodyOfJson(parseHclJson(text), terraformSchema) : parseHcl(text);
}

function placedIn(files: readonly SourceFile[], type: string): PlacedBlock[] {
  return files.flatMap((file) =>
    blocksIn(file.tree.root, type).map((block) => ({ block, file, overrides: [] })),
  );
}

/** What tells a block from others of its type. */
function nameOf({ block }: PlacedBlock): string {
  return JSON.stringify(block.labels.map(({ value }) => value));
}
