import type { NamedType } from '../module/model.ts';
import type { Constraints, Type } from '../module/type.ts';

/** What is known while types are unfolded. */
export interface Unfolding {
  readonly lookUp: LookUp;
  /** The named types around a parameter, which are not unfolded again inside themselves. */
  readonly path: readonly string[];
}

/** What stands behind a name; undefined when nobody knows. */
type LookUp = (name: string) => Behind | undefined;

interface Behind {
  readonly bare: Type;
  /** All that is said on the way. */
  readonly limits: Constraints;
  readonly description?: string;
  /** The last of the names. */
  readonly last: string;
}

export interface Resolved {
  readonly bare: Type;
  readonly limits: Constraints;
  /** What its description says, when it has one of its own. */
  readonly about: string;
  readonly inside: Unfolding;
}

/** Nothing is unfolded yet. */
export function newUnfolding(types: readonly NamedType[]): Unfolding {
  return { lookUp: lookUpIn(new Map(types.map((type) => [type.name, type]))), path: [] };
}

/** Names can stand for names in long chains, each of which is walked once. */
function lookUpIn(types: ReadonlyMap<string, NamedType>): LookUp {
  const known = new Map<string, Behind | undefined>();
  return (name) => {
    const passed: NamedType[] = [];
    let next: string | undefined = name;
    while (next !== undefined && !known.has(next)) {
      // Nothing is known of names that stand for each other.
      known.set(next, undefined);
      const named = types.get(next);
      if (named !== undefined) passed.push(named);
      next = named && referenceIn(named.type);
    }
    let behind = next === undefined ? undefined : known.get(next);
    for (const named of passed.reverse()) {
      const { bare, limits } = unrefined(named.type, named);
      if (referenceIn(bare) === undefined) behind = { bare, limits, last: named.name, ...aboutOf(named) };
      else behind &&= { ...behind, limits: { ...behind.limits, ...limits } };
      known.set(named.name, behind);
    }
    return behind;
  };
}

function aboutOf({ description }: NamedType): { description?: string } {
  return description === undefined ? {} : { description };
}

function referenceIn(type: Type): string | undefined {
  const { bare } = unrefined(type, {});
  return typeof bare !== 'string' && bare.kind === 'reference' ? bare.name : undefined;
}

function unrefined(type: Type, limits: Constraints): { bare: Type; limits: Constraints } {
  let [bare, known] = [type, limits];
  while (typeof bare !== 'string' && bare.kind === 'refined') {
    known = { ...bare, ...known };
    bare = bare.type;
  }
  return { bare, limits: known };
}

/** The type behind names and refinements, with all limits on the way. */
export function resolve(type: Type, own: Constraints, context: Unfolding): Resolved {
  const { bare, limits } = unrefined(type, own);
  const name = referenceIn(bare);
  if (name === undefined) return { bare, limits, about: '', inside: context };
  const behind = context.lookUp(name);
  const about = behind?.description ?? '';
  const all = { ...behind?.limits, ...limits };
  if (behind === undefined || context.path.includes(behind.last))
    return { bare: 'any', limits: all, about, inside: context };
  return {
    bare: behind.bare,
    limits: all,
    about,
    inside: { ...context, path: [...context.path, behind.last] },
  };
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
