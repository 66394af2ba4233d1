import type { NamedType } from './model.ts';
import type { Type } from './type.ts';

/**
 * Finds what a type is behind its names and refinements: `any` where nobody knows, undefined for names that stand for
 * each other. What was found is remembered, since names can stand for names in long chains.
 */
export function bareTypes(types: ReadonlyMap<string, NamedType>): (type: Type) => Type | undefined {
  const known = new Map<string, Type | undefined>();
  return (type) => {
    const passed: string[] = [];
    let bare: Type | undefined = type;
    while (typeof bare === 'object') {
      if (bare.kind === 'refined') bare = bare.type;
      else if (bare.kind === 'resource') bare = bare.base ?? 'any';
      else if (bare.kind !== 'reference') break;
      else if (known.has(bare.name)) bare = known.get(bare.name);
      else {
        known.set(bare.name, undefined);
        passed.push(bare.name);
        bare = types.get(bare.name)?.type ?? 'any';
      }
    }
    for (const name of passed) known.set(name, bare);
    return bare;
  };
}

export function isListType(bare: Type | undefined): boolean {
  if (typeof bare !== 'object') return bare === 'array';
  return ['array', 'list', 'set', 'tuple'].includes(bare.kind);
}

/**
 * Whether what is allowed for a list are values of its elements: any number of them makes a list then. Where there are lists
 * among what is allowed, they are all that there is, as the compiler of Bicep reads its templates.
 */
export function limitsElements(allowed: readonly unknown[]): boolean {
  return !allowed.some((value) => Array.isArray(value));
}
