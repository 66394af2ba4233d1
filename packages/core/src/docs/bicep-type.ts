import type { NamedType } from '../module/model.ts';
import type { Constraints, Type } from '../module/type.ts';

/** What is known while types are unfolded. */
export interface Unfolding {
  readonly types: ReadonlyMap<string, NamedType>;
  /** The named types around a parameter, which are not unfolded again inside themselves. */
  readonly path: readonly string[];
}

export interface Resolved {
  readonly bare: Type;
  readonly limits: Constraints;
  /** What its description says, when it has one of its own. */
  readonly about: string;
  readonly inside: Unfolding;
}

/** The type behind names and refinements, with all limits on the way. */
export function resolve(type: Type, limits: Constraints, context: Unfolding): Resolved {
  let [bare, known, about] = [type, limits, ''];
  const path = [...context.path];
  while (typeof bare !== 'string') {
    if (bare.kind === 'refined') {
      known = { ...bare, ...known };
      bare = bare.type;
    } else if (bare.kind === 'reference') {
      const named = path.includes(bare.name) ? undefined : context.types.get(bare.name);
      path.push(bare.name);
      if (named === undefined) return { bare: 'any', limits: known, about, inside: context };
      known = { ...named, ...known };
      about = named.description ?? '';
      bare = named.type;
    } else break;
  }
  return { bare, limits: known, about, inside: { ...context, path } };
}

/** The word of the compiled template for a type. */
export function typeWord(type: Type, own: Constraints, context: Unfolding): string {
  const { bare, limits } = resolve(type, own, { ...context, path: [] });
  return secureWord(wordOf(bare), limits.secure);
}

/** `securestring` and `secureObject`, as templates spell them. */
function secureWord(word: string, secure: true | undefined): string {
  if (!secure) return word;
  return word === 'object' ? 'secureObject' : `secure${word}`;
}

function wordOf(type: Type): string {
  if (typeof type === 'string') return type;
  switch (type.kind) {
    case 'array':
    case 'list':
    case 'set':
    case 'tuple':
      return 'array';
    case 'literal':
      return typeof type.value === 'string' ? 'string' : typeof type.value === 'number' ? 'int' : 'bool';
    case 'union':
      return type.members.length === 0 ? 'object' : wordOf(type.members[0]!);
    case 'resource':
      return type.base === undefined ? 'object' : wordOf(type.base);
    case 'map':
    case 'object':
    case 'discriminated':
    case 'reference':
      return 'object';
    case 'refined':
      return wordOf(type.type);
  }
}
