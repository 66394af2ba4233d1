import { bodyOfJson, parseHcl, parseHclJson } from '../hcl/index.ts';
import { type PlacedBlock, sourceFile, type SourceFile } from './block.ts';
import { terraformSchema } from './json-schema.ts';
import { isTerraformSource } from './path.ts';

/** The files of one directory of a module that Terraform reads, and the blocks in them. */
export interface Directory {
  readonly files: readonly SourceFile[];
  /** All blocks of a type, in the order of the files. */
  blocks(type: string): readonly PlacedBlock[];
  /** All blocks of a type in override files, which change those of the same name in other files. */
  overrides(type: string): readonly PlacedBlock[];
}

/** Paths of the files that Terraform reads, by their folders: that of the root is empty. */
export function terraformFiles(paths: Iterable<string>): Map<string, string[]> {
  const files = [...paths].filter((path) => isTerraformSource(path) && !isIgnored(path.split('/').at(-1)!));
  const all = new Set(files);
  const isTwin = (path: string) => {
    const twin = path.replace(/\.tofu(?=(?:\.json)?$)/, '.tf');
    return twin !== path && all.has(twin);
  };
  const read = files.filter((path) => !isTwin(path));
  return Map.groupBy(read.sort(), (path) => path.slice(0, Math.max(path.lastIndexOf('/'), 0)));
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
  const plain = blocksByType(files.filter(({ path }) => !isOverride(path)));
  const changes = blocksByType(files.filter(({ path }) => isOverride(path)));
  const merged = new Map<string, PlacedBlock[]>();
  return {
    files,
    blocks(type) {
      const known = merged.get(type) ?? withOverrides(plain.get(type) ?? [], changes.get(type) ?? []);
      merged.set(type, known);
      return known;
    },
    overrides: (type) => changes.get(type) ?? [],
  };
}

function withOverrides(plain: readonly PlacedBlock[], changes: readonly PlacedBlock[]): PlacedBlock[] {
  const byName = Map.groupBy(changes, nameOf);
  return plain.map((placed) => ({ ...placed, overrides: byName.get(nameOf(placed)) ?? [] }));
}

/** A block as it is written, without what override files put into it. */
export function standalone(placed: PlacedBlock): PlacedBlock {
  return { ...placed, overrides: [] };
}

/** What tells a block from others of its type. */
export function nameOf({ block }: PlacedBlock): string {
  return JSON.stringify(block.labels.map(({ value }) => value));
}

function parseFile(path: string, text: string): ReturnType<typeof parseHcl> {
  return path.endsWith('.json') ? bodyOfJson(parseHclJson(text), terraformSchema) : parseHcl(text);
}

function blocksByType(files: readonly SourceFile[]): Map<string, PlacedBlock[]> {
  const all = files.flatMap((file) =>
    file.tree.root.items.flatMap((block) => (block.kind === 'block' ? [{ block, file, overrides: [] }] : [])),
  );
  return Map.groupBy(all, ({ block }) => block.type.name);
}
