import type { DiscriminatedType, ObjectType, Type } from '../module/type.ts';
import { propertiesByName, resolved, type Slot, slotOf, type Types } from './slot.ts';

/** What a difference of types is about, before anybody asks who writes or reads the values. */
export type Aspect =
  | 'required-added'
  | 'optional-added'
  | 'property-removed'
  | 'required'
  | 'optional'
  | 'nullable-added'
  | 'nullable-removed'
  | 'type-widened'
  | 'type-narrowed'
  | 'type-changed'
  | 'type-converted'
  | 'type-source'
  | 'allowed-widened'
  | 'allowed-narrowed'
  | 'allowed-changed'
  | 'range-widened'
  | 'range-narrowed'
  | 'range-changed'
  | 'pattern-added'
  | 'pattern-removed'
  | 'pattern-changed'
  | 'secure-added'
  | 'secure-removed'
  | 'default-changed';

export interface TypeDifference {
  readonly aspect: Aspect;
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

export interface TypeComparison {
  readonly language: 'bicep' | 'terraform';
  readonly before: Types;
  readonly after: Types;
  /** Told of each type that both versions use under the same name here: it is compared once, by itself. */
  readonly onShared: (name: string, path: string) => void;
  readonly emit: (difference: TypeDifference) => void;
}

type Relation = 'same' | 'widened' | 'narrowed' | 'changed' | 'converted';

/** Compares what two slots take. */
export function compareSlots(path: string, before: Slot, after: Slot, comparison: TypeComparison): void {
  const shared = sharedName(before.type, after.type, comparison);
  if (shared !== undefined) {
    comparison.onShared(shared, path);
    // What the shared type says is compared with it; here only what is said beside it.
    compareConstraints(path, before, after, comparison);
    return;
  }
  const [old, now] = [resolved(before, comparison.before), resolved(after, comparison.after)];
  compareConstraints(path, old, now, comparison);
  compareTypes(path, old.type, now.type, comparison);
}

function sharedName(before: Type, after: Type, { before: old, after: now }: TypeComparison) {
  if (typeof before === 'string' || typeof after === 'string') return undefined;
  if (before.kind !== 'reference' || after.kind !== 'reference' || before.name !== after.name)
    return undefined;
  return old.has(before.name) && now.has(after.name) ? before.name : undefined;
}

function compareTypes(path: string, before: Type, after: Type, comparison: TypeComparison): void {
  const { emit } = comparison;
  const relation = (found: Relation) => {
    if (found !== 'same') emit({ aspect: `type-${found}`, path, before, after });
  };
  if (typeof before === 'string' || typeof after === 'string') {
    relation(plainRelation(before, after, comparison.language));
    return;
  }
  if (before.kind === 'resource' && after.kind === 'resource') {
    const [was, is] = [before, after].map(({ resource, path: part }) => `${resource}#${part ?? ''}`);
    const [of, now] = [before, after].map(
      ({ resource, path: part }) => `${resource.split('@')[0]}#${part ?? ''}`,
    );
    if (of !== now) relation('changed');
    else if (was !== is) emit({ aspect: 'type-source', path, before, after });
    return;
  }
  if (isSequence(before) && isSequence(after)) {
    if (before.kind !== after.kind) relation('converted');
    compareElements(`${path}[]`, before.element, after.element, comparison);
  } else if (before.kind === 'map' && after.kind === 'map') {
    compareElements(`${path}.*`, before.element, after.element, comparison);
  } else if (before.kind === 'object' && after.kind === 'object') {
    compareObjects(path, before, after, comparison);
  } else if (before.kind === 'discriminated' && after.kind === 'discriminated') {
    compareVariants(path, before, after, comparison);
  } else if (
    before.kind === 'tuple' &&
    after.kind === 'tuple' &&
    before.elements.length === after.elements.length
  ) {
    for (const [index, element] of before.elements.entries()) {
      compareElements(`${path}[${index}]`, element, after.elements[index]!, comparison);
    }
    compareRest(path, before.rest, after.rest, comparison);
  } else relation(wholeRelation(before, after));
}

function isSequence(type: Type): type is Extract<Type, { kind: 'array' | 'list' | 'set' }> {
  return typeof type !== 'string' && (type.kind === 'array' || type.kind === 'list' || type.kind === 'set');
}

function compareElements(path: string, before: Type, after: Type, comparison: TypeComparison): void {
  compareSlots(path, slotOf(before), slotOf(after), comparison);
}

function compareRest(
  path: string,
  before: Type | undefined,
  after: Type | undefined,
  comparison: TypeComparison,
) {
  if (before !== undefined && after !== undefined) compareElements(`${path}[]`, before, after, comparison);
  else if (before !== undefined) comparison.emit({ aspect: 'type-narrowed', path: `${path}[]`, before });
  else if (after !== undefined) comparison.emit({ aspect: 'type-widened', path: `${path}[]`, after });
}

function compareObjects(
  path: string,
  before: ObjectType,
  after: ObjectType,
  comparison: TypeComparison,
): void {
  const { emit } = comparison;
  const [old, now] = [propertiesByName(before.properties), propertiesByName(after.properties)];
  for (const [name, property] of old) {
    const other = now.get(name);
    if (other !== undefined) compareSlots(`${path}.${name}`, property, other, comparison);
    else emit({ aspect: 'property-removed', path: `${path}.${name}`, before: property });
  }
  for (const [name, property] of now) {
    if (old.has(name)) continue;
    emit({
      aspect: property.required ? 'required-added' : 'optional-added',
      path: `${path}.${name}`,
      after: property,
    });
  }
  const [more, moreNow] = [before.additional, after.additional];
  if (more !== undefined && moreNow !== undefined) compareElements(`${path}.*`, more, moreNow, comparison);
  else if (more !== undefined) emit({ aspect: 'type-narrowed', path: `${path}.*`, before: more });
  else if (moreNow !== undefined) emit({ aspect: 'type-widened', path: `${path}.*`, after: moreNow });
  if (before.sealed !== after.sealed) {
    emit({ aspect: after.sealed ? 'type-narrowed' : 'type-widened', path, before, after });
  }
}

function compareVariants(
  path: string,
  before: DiscriminatedType,
  after: DiscriminatedType,
  comparison: TypeComparison,
): void {
  const { emit } = comparison;
  if (before.property !== after.property) {
    emit({ aspect: 'type-changed', path, before, after });
    return;
  }
  const now = new Map(after.variants.map(({ value, type }) => [value, type]));
  const old = new Map(before.variants.map(({ value, type }) => [value, type]));
  for (const [value, type] of old) {
    const other = now.get(value);
    const place = `${path}<${value}>`;
    if (other === undefined) emit({ aspect: 'type-narrowed', path: place, before: type });
    else compareElements(place, type, other, comparison);
  }
  for (const [value, type] of now) {
    if (!old.has(value)) emit({ aspect: 'type-widened', path: `${path}<${value}>`, after: type });
  }
}

/** Types that have no parts to compare one by one. */
function wholeRelation(before: Exclude<Type, string>, after: Exclude<Type, string>): Relation {
  const [old, now] = [membersOf(before), membersOf(after)];
  const [gone, fresh] = [
    old.filter((each) => !now.includes(each)),
    now.filter((each) => !old.includes(each)),
  ];
  if (gone.length === 0) return fresh.length === 0 ? 'same' : 'widened';
  return fresh.length === 0 ? 'narrowed' : 'changed';
}

function membersOf(type: Exclude<Type, string>): string[] {
  return (type.kind === 'union' ? type.members : [type]).map((member) => JSON.stringify(member));
}

/** At least one of the two is a plain type. */
function plainRelation(before: Type, after: Type, language: TypeComparison['language']): Relation {
  if (before === after) return 'same';
  if (holds(after, before, language)) return 'widened';
  return holds(before, after, language) ? 'narrowed' : 'changed';
}

/** Whether each value of `inner` is, or becomes, one of `outer`. */
function holds(outer: Type, inner: Type, language: TypeComparison['language']): boolean {
  if (outer === 'any') return true;
  if (typeof inner !== 'string') {
    if (inner.kind === 'literal')
      return (
        outer ===
        (typeof inner.value === 'number' ? 'int' : typeof inner.value === 'boolean' ? 'bool' : 'string')
      );
    if (inner.kind === 'resource') return inner.base !== undefined && inner.base === outer;
    if (inner.kind === 'union')
      return inner.members.every((member) => outer === member || holds(outer, member, language));
    if (outer === 'object')
      return inner.kind === 'object' || inner.kind === 'map' || inner.kind === 'discriminated';
    return outer === 'array' && (inner.kind === 'array' || inner.kind === 'tuple');
  }
  if (typeof outer !== 'string') {
    return outer.kind === 'union' && outer.members.some((member) => member === inner);
  }
  // Terraform turns numbers and booleans into texts.
  return language === 'terraform' && outer === 'string' && (inner === 'number' || inner === 'bool');
}

function compareConstraints(path: string, before: Slot, after: Slot, { emit }: TypeComparison): void {
  const flag = (on: Aspect, off: Aspect, was: boolean, is: boolean) => {
    if (was !== is) emit({ aspect: is ? on : off, path, before: was, after: is });
  };
  if (before.required !== undefined && after.required !== undefined) {
    flag('required', 'optional', before.required, after.required);
  }
  flag('nullable-added', 'nullable-removed', before.nullable === true, after.nullable === true);
  flag('secure-added', 'secure-removed', before.secure === true, after.secure === true);
  compareAllowed(path, before, after, emit);
  compareRange(path, 'Value', before, after, emit);
  compareRange(path, 'Length', before, after, emit);
  comparePattern(path, before.pattern, after.pattern, emit);
  if (JSON.stringify(before.default) !== JSON.stringify(after.default) && before.default && after.default) {
    emit({ aspect: 'default-changed', path, before: before.default, after: after.default });
  }
}

function compareAllowed(path: string, before: Slot, after: Slot, emit: TypeComparison['emit']): void {
  const [old, now] = [before.allowed, after.allowed];
  if (old === undefined && now === undefined) return;
  const gone = old === undefined ? [] : old.filter((value) => now !== undefined && !now.includes(value));
  const fresh = now === undefined ? [] : now.filter((value) => old !== undefined && !old.includes(value));
  const isNarrowed = old === undefined || gone.length > 0;
  const isWidened = now === undefined || fresh.length > 0;
  const aspect =
    isNarrowed && isWidened ? 'allowed-changed' : isNarrowed ? 'allowed-narrowed' : 'allowed-widened';
  if (isNarrowed || isWidened) emit({ aspect, path, before: old, after: now });
}

function compareRange(
  path: string,
  what: 'Value' | 'Length',
  before: Slot,
  after: Slot,
  emit: TypeComparison['emit'],
): void {
  const [low, high] = [before, after].map((slot) => slot[`min${what}`] ?? -Infinity);
  const [top, topNow] = [before, after].map((slot) => slot[`max${what}`] ?? Infinity);
  const isNarrowed = high! > low! || topNow! < top!;
  const isWidened = high! < low! || topNow! > top!;
  if (!isNarrowed && !isWidened) return;
  const aspect = isNarrowed && isWidened ? 'range-changed' : isNarrowed ? 'range-narrowed' : 'range-widened';
  const bounds = (slot: Slot) => ({ min: slot[`min${what}`], max: slot[`max${what}`] });
  emit({ aspect, path, before: bounds(before), after: bounds(after) });
}

function comparePattern(
  path: string,
  before: string | undefined,
  after: string | undefined,
  emit: TypeComparison['emit'],
): void {
  if (before === after) return;
  const aspect =
    before === undefined ? 'pattern-added' : after === undefined ? 'pattern-removed' : 'pattern-changed';
  emit({ aspect, path, before, after });
}
