import type { Type } from '../module/type.ts';
import { resolved, slotOf, type Types } from './slot.ts';

export type Relation = 'same' | 'widened' | 'narrowed' | 'changed' | 'converted';

type Language = 'bicep' | 'terraform';

/** At least one of the two is a plain type. */
export function plainRelation(before: Type, after: Type, language: Language): Relation {
  const isTaken = holds(after, before, language);
  const wasTaken = holds(before, after, language);
  if (isTaken) return wasTaken ? 'same' : 'widened';
  return wasTaken ? 'narrowed' : 'changed';
}

/** Types that have no parts to compare one by one. */
export function wholeRelation(
  before: Exclude<Type, string>,
  after: Exclude<Type, string>,
  { before: old, after: now }: { readonly before: Types; readonly after: Types },
): Relation {
  const [was, is] = [membersOf(before, old), membersOf(after, now)];
  const isWidened = [...is].some((each) => !was.has(each));
  const isNarrowed = [...was].some((each) => !is.has(each));
  if (isWidened && isNarrowed) return 'changed';
  return isWidened ? 'widened' : isNarrowed ? 'narrowed' : 'same';
}

/** Names of types do not tell them apart, nor do descriptions. */
function membersOf(type: Exclude<Type, string>, types: Types): Set<string> {
  const members = type.kind === 'union' ? type.members : [type];
  return new Set(
    members.map((member) => {
      const { description: _, ...slot } = resolved(slotOf(member), types);
      return JSON.stringify(slot, (key, value: unknown) => (key === 'description' ? undefined : value));
    }),
  );
}

/** Whether each value of `inner` is, or becomes, one of `outer`. */
function holds(outer: Type, inner: Type, language: Language): boolean {
  if (outer === 'any' || outer === inner) return true;
  if (typeof outer !== 'string') {
    return outer.kind === 'union' && outer.members.some((member) => holds(member, inner, language));
  }
  // Terraform turns numbers and booleans into texts.
  if (typeof inner === 'string')
    return language === 'terraform' && outer === 'string' && (inner === 'number' || inner === 'bool');
  switch (inner.kind) {
    case 'union':
      return inner.members.every((member) => holds(outer, slotOf(member).type, language));
    case 'literal':
      return outer === { string: 'string', number: 'int', boolean: 'bool' }[typeof inner.value as 'string'];
    case 'resource':
      return holdsResource(outer, inner);
    case 'object':
    case 'map':
    case 'discriminated':
      return outer === 'object';
    case 'array':
    case 'tuple':
      return outer === 'array';
    default:
      return false;
  }
}

/** Sources do not say what a part of a resource is. */
function holdsResource(outer: Type, { base, path }: Extract<Type, { kind: 'resource' }>): boolean {
  if (base === undefined) return outer === 'object' || path !== undefined;
  return base === outer || (typeof base !== 'string' && holds(outer, base, 'bicep'));
}
