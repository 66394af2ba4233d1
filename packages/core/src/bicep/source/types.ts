import type { NamedType, Place, Problem } from '../../module/model.ts';
import type { Type } from '../../module/type.ts';
import { decoratorsNamed, type TypeStatement } from '../syntax/index.ts';
import { type Imported, resolvePath, type Scope, type Scopes } from './scope.ts';
import {
  constraintsOf,
  type Declaration,
  descriptionOf,
  plainType,
  type Read,
  readType,
  type TypeContext,
} from './type.ts';

/** How many types may have to be read to read one; unions do, of unions. */
const maxDepth = 200;

export interface ModuleTypes {
  /** For the main file. */
  readonly context: TypeContext;
  /** All types of the main file, and what they and its inputs and outputs need of other files. */
  all(): NamedType[];
  /** What could not be read. */
  readonly problems: readonly Problem[];
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
  const declarations = new Map<string, Declaration>();
  let depth = 0;
  const files = new Map<string, number>([[main.path, 0]]);
  const contexts = new Map<Scope, TypeContext>();
  const behind = nameFollower(typeNamed);
  const { mayCopy, problems } = copyCounter();

  function contextOf(scope: Scope): TypeContext {
    const known = contexts.get(scope);
    if (known !== undefined) return known;
    const context: TypeContext = {
      reference: (name, member) => reference(scope, name, member),
      behind,
      declaration: (type) => declarations.get(referredName(type) ?? ''),
      mayCopy: (parts, at) => mayCopy(parts, scope === main ? placeOf(at) : undefined),
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
      const own = plainType(name);
      if (own !== undefined) return own;
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
    const context = contextOf(scope);
    declarations.set(name, { node: statement.type, context });
    const { type, constraints } = readType(statement.type, statement.decorators, context);
    return {
      name,
      type,
      exported: scope === main && decoratorsNamed(statement, 'export').length > 0,
      ...constraints,
      ...descriptionOf(statement.decorators),
      ...(scope === main ? { at: placeOf(statement.name) } : {}),
    };
  }

  const context = contextOf(main);
  for (const name of main.types.keys()) context.reference(name);
  return { context, all, problems, unknown };
}

/** Finds what stands behind names, each of which is followed to its end once. */
function nameFollower(typeNamed: (name: string) => NamedType | undefined): TypeContext['behind'] {
  /** Undefined for those of which nothing is known. */
  const ends = new Map<string, Read | undefined>();
  return (type) => {
    const passed = new Map<string, NamedType>();
    let [name, isSettled] = [referredName(type), true];
    while (name !== undefined && !ends.has(name)) {
      const named = typeNamed(name);
      // Of a type that is being read, more may be known later.
      isSettled &&= named !== undefined;
      if (named === undefined || named.type === 'any' || passed.has(name)) break;
      passed.set(name, named);
      name = referredName(named.type);
    }
    let end = name === undefined ? undefined : ends.get(name);
    for (const named of [...passed.values()].reverse()) {
      const constraints = { ...end?.constraints, ...constraintsOf(named) };
      end = { type: end?.type ?? named.type, constraints };
      if (isSettled) ends.set(named.name, end);
    }
    return end;
  };
}

function referredName(type: Type): string | undefined {
  return typeof type !== 'string' && type.kind === 'reference' ? type.name : undefined;
}

/** How many parts of other types the types of a module may hold: those that hold each other could grow without end. */
const maxCopied = 100_000;

function copyCounter() {
  const problems: Problem[] = [];
  let left = maxCopied;
  return {
    problems,
    /** The first place that is too much is told. */
    mayCopy(parts: number, at: Place | undefined): boolean {
      if (parts <= left) {
        left -= parts;
        return true;
      }
      if (problems.length === 0) problems.push({ message: tooMuch, ...(at === undefined ? {} : { at }) });
      return false;
    },
  };
}

const tooMuch = `The types hold more than ${maxCopied} parts of each other; what is past that is not read.`;
