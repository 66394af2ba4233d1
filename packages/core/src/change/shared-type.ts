import { type Role, ruleFor } from './aspect-rule.ts';
import type { Found } from './found.ts';
import type { RelatePatterns } from './pattern/index.ts';
import type { FindRenames } from './rename.ts';
import { behind, type Types } from './slot.ts';
import { compareSlots, newProgress, type TypeDifference, type TypePair } from './type-difference.ts';

/** Two types that take each other's place somewhere, what differs between them, and who has to do with it. */
interface Shared {
  readonly pair: TypePair;
  /** Where it is told. */
  readonly path: string;
  readonly roles: Set<Role>;
  /** Inputs, outputs and exported types that use it themselves. */
  readonly uses: Set<string>;
  /** Other such types that use it. */
  readonly users: Set<Shared>;
  /** Whether what is said at the type besides the type itself holds anywhere. */
  isInherited: boolean;
  readonly differences: TypeDifference[];
  readonly parts: Set<Shared>;
}

export interface SharedTypes {
  note(pair: TypePair, role: Role, use: string, place: string, inherits: boolean): void;
  /** What differs, once for each pair, with its uses. */
  compare(): Found[];
}

/** How many types between a type and its uses are looked through, and how many uses are counted. */
const maxLookedThrough = 1_000;

/** How many uses a change lists: many types of one module can have many uses each. */
const maxUses = 20;

/** The types that both versions use under names, below `at`. */
export function sharedTypes(
  language: 'bicep' | 'terraform',
  types: { readonly before: Types; readonly after: Types },
  at: string,
  findRenames: FindRenames,
  relatePatterns: RelatePatterns,
): SharedTypes {
  const known = new Map<string, Shared>();
  const queue: Shared[] = [];

  function sharedOf(pair: TypePair, place: string): Shared {
    const key = `${pair.before.name}\0${pair.after.name}`;
    const found = known.get(key);
    if (found !== undefined) return found;
    const isSame = pair.before.name === pair.after.name;
    const fresh = newShared(pair, isSame ? `${at}types.${pair.before.name}` : place);
    known.set(key, fresh);
    queue.push(fresh);
    return fresh;
  }

  function compareOne(shared: Shared): void {
    const { pair, path, differences, parts } = shared;
    compareSlots(path, behind(pair.before), behind(pair.after), {
      language,
      ...types,
      progress: newProgress(),
      findRenames,
      relatePatterns,
      emit: (difference) => differences.push(difference),
      onShared: (inner, place, inherits) => {
        const part = sharedOf(inner, place);
        parts.add(part);
        part.users.add(shared);
        part.isInherited ||= inherits;
      },
    });
  }

  return {
    note(pair, role, use, place, inherits) {
      const shared = sharedOf(pair, place);
      shared.roles.add(role);
      shared.uses.add(use);
      shared.isInherited ||= inherits;
    },
    compare() {
      for (let index = 0; index < queue.length; index++) compareOne(queue[index]!);
      spreadRoles(queue);
      return queue.flatMap(foundIn);
    },
  };
}

function newShared(pair: TypePair, path: string): Shared {
  return {
    pair,
    path,
    roles: new Set(),
    uses: new Set(),
    users: new Set(),
    isInherited: false,
    differences: [],
    parts: new Set(),
  };
}

/** A part of what users write is written by them, and so on. */
function spreadRoles(all: readonly Shared[]): void {
  const queue = [...all];
  for (let shared = queue.pop(); shared !== undefined; shared = queue.pop()) {
    for (const part of shared.parts) {
      const { size } = part.roles;
      for (const role of shared.roles) part.roles.add(role);
      if (part.roles.size > size) queue.push(part);
    }
  }
}

function foundIn(shared: Shared): Found[] {
  const { path, roles, differences, isInherited } = shared;
  const told = isInherited ? differences : differences.filter((each) => each.path !== path || isOfType(each));
  if (told.length === 0) return [];
  const all = usesOf(shared).filter((use) => use !== path);
  const uses = all.slice(0, maxUses);
  const moreUses = all.length - uses.length;
  return told.map(({ aspect, ...difference }) => ({
    ...difference,
    rule: ruleFor(aspect, roles),
    uses,
    ...(moreUses === 0 ? {} : { moreUses }),
  }));
}

function isOfType({ aspect }: TypeDifference): boolean {
  return aspect.startsWith('type-');
}

function usesOf(shared: Shared): string[] {
  const uses = new Set<string>();
  const seen = new Set([shared]);
  for (const each of seen) {
    for (const use of each.uses) if (uses.size < maxLookedThrough) uses.add(use);
    for (const user of each.users) if (seen.size < maxLookedThrough) seen.add(user);
  }
  return [...uses].sort();
}
