import { pathFrom } from '../../text/relative-path.ts';
import type {
  BicepTree,
  Identifier,
  ImportStatement,
  StringLiteral,
  TypeStatement,
} from '../syntax/index.ts';
import { parseBicep } from '../syntax/index.ts';

/** Finds the text of a file by its path in the module, with slashes; undefined when the module has no such file. */
export type FileOf = (path: string) => string | undefined;

/** One file of a module: the names of types that can be used in it, and where they lead. */
export interface Scope {
  readonly path: string;
  readonly tree: BicepTree;
  readonly types: ReadonlyMap<string, TypeStatement>;
  /** What is imported under a name of its own; the original name, or undefined for a whole namespace. */
  readonly imports: ReadonlyMap<string, Imported>;
}

export interface Imported {
  readonly source: string;
  readonly name: string | undefined;
}

export interface Scopes {
  /** The file at this path; undefined when it is not part of the module. */
  open(path: string): Scope | undefined;
}

/** Files are parsed once, when they are first asked for. */
export function scopesOf(fileOf: FileOf): Scopes {
  const known = new Map<string, Scope | undefined>();
  return {
    open(path) {
      if (!known.has(path)) {
        const text = fileOf(path);
        known.set(path, text === undefined ? undefined : scopeOf(path, parseBicep(text)));
      }
      return known.get(path);
    },
  };
}

function scopeOf(path: string, tree: BicepTree): Scope {
  const types = new Map<string, TypeStatement>();
  const imports = new Map<string, Imported>();
  for (const statement of tree.root.statements) {
    if (statement.kind === 'type') types.set(statement.name.name, statement);
    else if (statement.kind === 'import') addImports(statement, imports);
  }
  return { path, tree, types, imports };
}

function addImports({ symbols, namespace, path }: ImportStatement, imports: Map<string, Imported>): void {
  const source = path.kind === 'string' ? path.segments[0]! : '';
  if (namespace !== undefined) imports.set(namespace.name, { source, name: undefined });
  for (const { name, alias } of symbols) {
    const original = nameOf(name);
    imports.set(alias?.name ?? original, { source, name: original });
  }
}

export function nameOf(name: Identifier | StringLiteral): string {
  return name.kind === 'identifier' ? name.name : name.segments.join('');
}

/** A type of resource without `az:`, the namespace that types are of without one; the compiler leaves it out. */
export function resourceTypeName(text: string): string {
  return text.replace(/^az:(?=\w)/, '');
}

/** The path of a file that another one names; undefined for what is no file of the module. */
export function resolvePath(from: string, to: string): string | undefined {
  if (/^[a-z]+:|^br\//i.test(to)) return undefined;
  return pathFrom(from.split('/').slice(0, -1).join('/'), to);
}
