import type { NamedType, Place } from '../../module/model.ts';
import type { Type } from '../../module/type.ts';
import { decoratorsNamed, type TypeStatement } from '../syntax/index.ts';
import { type Imported, resolvePath, type Scope, type Scopes } from './scope.ts';
import { descriptionOf, type Read, readType, type TypeContext } from './type.ts';

/** How many types may have to be read to read one; unions do, of unions. */
const maxDepth = 200;

export interface ModuleTypes {
  /** For the main file. */
  readonly context: TypeContext;
  /** All types of the main file, and what they and its inputs and outputs need of other files. */
  all(): NamedType[];
  /** Names of types in the main file that nothing declares, as far as they were met. */
  readonly unknown: ReadonlySet<string>;
}

/**
 * The types of a module by the names that its compiled template has for them: those of the main file and what it imports
 * as they are called there, and what those use of other files as `_1.name`, numbered by file.
 */
export function typesIn(
  scopes: Scopes,
  main: Scope,
  placeOf: (node: { readonly start: number }) => Place,
): ModuleTypes {
  /** In the order in which they are met: undefined until they are read. */
  const found = new Map<string, NamedType | undefined>();
  const unknown = new Set<string>();
  const unread = new Map<string, () => NamedType>();
  let depth = 0;
  const files = new Map<string, number>([[main.path, 0]]);
  const contexts = new Map<Scope, TypeContext>();

  function contextOf(scope: Scope): TypeContext {
    const known = contexts.get(scope);
    if (known !== undefined) return known;
    const context: TypeContext = {
      reference: (name, member) => reference(scope, name, member),
      behind,
    };
    contexts.set(scope, context);
    return context;
  }

  function reference(scope: Scope, name: string, member: string | undefined): Type {
    const imported = scope.imports.get(name);
    if (member !== undefined) {
      if (imported === undefined || imported.name !== undefined) return 'any';
      return importedType(scope, `${name}.${member}`, { source: imported.source, name: member });
    }
    if (imported !== undefined) return importedType(scope, name, imported);
    const statement = scope.types.get(name);
    if (statement === undefined) {
      if (scope === main) unknown.add(name);
      return 'any';
    }
    const full = nameIn(scope, name);
    declare(full, () => namedType(full, scope, statement));
    return { kind: 'reference', name: full };
  }

  function nameIn(scope: Scope, name: string): string {
    if (!files.has(scope.path)) files.set(scope.path, files.size);
    const number = files.get(scope.path)!;
    return number === 0 ? name : `_${number}.${name}`;
  }

  /** A type of another file, under the name that this file has for it. */
  function importedType(scope: Scope, alias: string, { source, name }: Imported): Type {
    const full = scope === main ? alias : nameIn(scope, alias);
    const from = { source, ...(name === undefined ? {} : { name }) };
    const path = resolvePath(scope.path, source);
    const target = path === undefined ? undefined : scopes.open(path);
    const statement = name === undefined ? undefined : target?.types.get(name);
    if (target === undefined || statement === undefined) {
      declare(full, () => ({ name: full, type: 'any', exported: false, importedFrom: from }));
    } else {
      declare(full, () => ({ ...namedType(full, target, statement), exported: false, importedFrom: from }));
    }
    return { kind: 'reference', name: full };
  }

  /** Types are read when somebody looks inside or at the end, not where they are used: they may use each other endlessly. */
  function declare(name: string, read: () => NamedType): void {
    if (found.has(name)) return;
    found.set(name, undefined);
    unread.set(name, read);
  }

  /** Undefined for a type that is being read, and where too many types are within each other. */
  function typeNamed(name: string): NamedType | undefined {
    const read = unread.get(name);
    if (read === undefined || depth === maxDepth) return found.get(name);
    unread.delete(name);
    depth++;
    const type = read();
    depth--;
    found.set(name, type);
    return type;
  }

  function all(): NamedType[] {
    // The map grows meanwhile.
    for (const name of found.keys()) typeNamed(name);
    return [...found.values()].filter((type) => type !== undefined);
  }

  function namedType(name: string, scope: Scope, statement: TypeStatement): NamedType {
    const { type, constraints } = readType(statement.type, statement.decorators, contextOf(scope));
    return {
      name,
      type,
      exported: scope === main && decoratorsNamed(statement, 'export').length > 0,
      ...constraints,
      ...descriptionOf(statement.decorators),
      ...(scope === main ? { at: placeOf(statement.name) } : {}),
    };
  }

  function behind(type: Type): Read | undefined {
    let read: Read = { type, constraints: {} };
    for (let step = 0; step <= found.size; step++) {
      const { type: inner } = read;
      if (typeof inner === 'string' || inner.kind !== 'reference')
        return read.type === type ? undefined : read;
      const named = typeNamed(inner.name);
      if (named === undefined || named.type === 'any') return read.type === type ? undefined : read;
      const {
        name: _,
        exported: __,
        importedFrom: ___,
        at: ____,
        description: _____,
        type: next,
        ...constraints
      } = named;
      read = { type: next, constraints: { ...constraints, ...read.constraints } };
    }
    return undefined;
  }

  const context = contextOf(main);
  for (const name of main.types.keys()) context.reference(name);
  return { context, all, unknown };
}
