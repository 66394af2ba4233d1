import type { NamedType } from '../module/model.ts';
import type { ArrayType, DiscriminatedType, MapType, ObjectType, Type } from '../module/type.ts';
import {
  type ConstraintContext,
  type ConstraintDifference,
  constraintDifferences,
  nullabilityBehind,
  type Requirement,
  requirementChange,
} from './constraint.ts';
import type { FindRenames } from './rename.ts';
import { propertiesByName, resolved, type Slot, slotOf, type Types } from './slot.ts';
import { plainRelation, type Relation, wholeRelation } from './type-relation.ts';

/** What a difference of types is about, before anybody asks who writes or reads the values. */
export type Aspect =
  | 'required-added'
  | 'optional-added'
  | 'property-removed'
  | 'property-renamed'
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
  | 'pattern-widened'
  | 'pattern-narrowed'
  | 'pattern-changed'
  | 'secure-added'
  | 'secure-removed'
  | 'default-changed'
  | 'description';

export interface TypeDifference {
  readonly aspect: Aspect;
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Two types with names, of which one stands where the other stood. */
export interface TypePair {
  readonly before: NamedType;
  readonly after: NamedType;
}

export interface TypeComparison extends ConstraintContext {
  readonly before: Types;
  readonly after: Types;
  /**
   * Told of each place where both versions use types with names: those are compared once, by themselves. `inherits` when
   * what differs beside the type is written at the type and not at the place.
   */
  readonly onShared: (pair: TypePair, path: string, inherits: boolean) => void;
  readonly emit: (difference: TypeDifference) => void;
  readonly progress: Progress;
  readonly findRenames: FindRenames;
}

export interface Progress {
  /** Types that were compared with each other: those that contain themselves come again. */
  readonly seen: Map<Type, Set<Type>>;
  depth: number;
}

export function newProgress(): Progress {
  return { seen: new Map(), depth: 0 };
}

/** Types written out are less deep, and names of types lead away; only both in turns, made for it, come here. */
const maxDepth = 600;

/** Compares what two slots take. */
export function compareSlots(path: string, before: Slot, after: Slot, comparison: TypeComparison): void {
  const { progress, emit } = comparison;
  if (progress.depth === maxDepth) {
    emit({ aspect: 'type-changed', path, before: before.type, after: after.type });
    return;
  }
  progress.depth++;
  compareWithin(path, before, after, comparison);
  progress.depth--;
}

function compareWithin(path: string, before: Slot, after: Slot, comparison: TypeComparison): void {
  const [old, now] = [resolved(before, comparison.before), resolved(after, comparison.after)];
  const differences = constraintDifferences(comparison, old, now);
  const pair = pairOf(before.type, after.type, comparison);
  if (pair !== undefined) {
    comparePair(path, before, after, pair, differences, comparison);
    return;
  }
  tell(path, before, after, requirementChange(before, after), differences, comparison.emit);
  if (old.origin !== undefined || now.origin !== undefined) {
    const [was, is] = [old, now].map(({ origin, type }) => origin ?? type);
    if (was !== is) comparison.emit({ aspect: 'type-source', path, before: was, after: is });
  } else if (isNews(old.type, now.type, comparison.progress.seen))
    compareTypes(path, old.type, now.type, comparison);
}

function isNews(before: Type, after: Type, seen: Progress['seen']): boolean {
  if (typeof before === 'string' || typeof after === 'string') return true;
  const known = seen.get(before) ?? new Set();
  if (known.has(after)) return false;
  seen.set(before, known.add(after));
  return true;
}

function pairOf(before: Type, after: Type, comparison: TypeComparison): TypePair | undefined {
  if (typeof before === 'string' || typeof after === 'string') return undefined;
  if (before.kind !== 'reference' || after.kind !== 'reference') return undefined;
  const [old, now] = [comparison.before.get(before.name), comparison.after.get(after.name)];
  return old && now && { before: old, after: now };
}

function comparePair(
  path: string,
  before: Slot,
  after: Slot,
  pair: TypePair,
  differences: readonly ConstraintDifference[],
  comparison: TypeComparison,
): void {
  const written = constraintDifferences(
    comparison,
    resolved({ type: before.type }, comparison.before),
    resolved({ type: after.type }, comparison.after),
  ).map(({ aspect }) => aspect);
  const inherits = written.every((aspect) => differences.some((each) => each.aspect === aspect));
  comparison.onShared(pair, path, inherits);
  const rest = inherits ? differences.filter(({ aspect }) => !written.includes(aspect)) : differences;
  const requirement = requirementChange(before, after);
  const isSaid = inherits && requirement !== undefined && written.includes(nullabilityBehind[requirement]);
  tell(path, before, after, isSaid ? undefined : requirement, rest, comparison.emit);
}

/** Of a property that may be null because it may be left out, or the other way round, one of the two is told. */
function tell(
  path: string,
  before: Slot,
  after: Slot,
  requirement: Requirement | undefined,
  differences: readonly ConstraintDifference[],
  emit: TypeComparison['emit'],
): void {
  if (requirement !== undefined) {
    emit({ aspect: requirement, path, before: before.required, after: after.required });
  }
  const said = requirement && nullabilityBehind[requirement];
  for (const difference of differences) {
    if (difference.aspect !== said) emit({ ...difference, path });
  }
}

function compareTypes(path: string, before: Type, after: Type, comparison: TypeComparison): void {
  const relate = (found: Relation) => {
    if (found !== 'same') comparison.emit({ aspect: `type-${found}`, path, before, after });
  };
  if (isPartOf(before, after) || isPartOf(after, before)) {
    comparison.emit({ aspect: 'type-source', path, before, after });
  } else if (typeof before === 'string' || typeof after === 'string') {
    relate(plainRelation(before, after, comparison.language));
  } else if (before.kind === 'resource' && after.kind === 'resource') {
    compareResources(path, before, after, comparison);
  } else if (isSequence(before) && isSequence(after)) {
    if (before.kind !== after.kind) relate('converted');
    compareElements(`${path}[]`, before.element, after.element, comparison);
  } else if (isStructure(before) && isStructure(after)) {
    compareStructures(path, before, after, comparison);
  } else if (before.kind === 'tuple' && after.kind === 'tuple') {
    if (before.elements.length === after.elements.length) compareTuples(path, before, after, comparison);
    else relate('changed');
  } else if (before.kind === 'tuple' && isSequence(after)) {
    relate('widened');
    for (const element of before.elements) compareElements(`${path}[]`, element, after.element, comparison);
  } else if (isSequence(before) && after.kind === 'tuple') {
    relate('narrowed');
    for (const element of after.elements) compareElements(`${path}[]`, before.element, element, comparison);
  } else relate(wholeRelation(before, after, comparison));
}

/**
 * Whether a type is the part of a resource as it was written before anybody said so. Of what does not fit into objects and
 * lists of resources Bicep only warns, and ARM takes what it took.
 */
function isPartOf(resource: Type, other: Type): boolean {
  if (typeof resource === 'string' || resource.kind !== 'resource') return false;
  const { base } = resource;
  return base === undefined || base === 'object' || base === 'array'
    ? (other === 'object' || other === 'array') && (base === undefined || base === other)
    : false;
}

function isSequence(type: Exclude<Type, string>): type is ArrayType {
  return type.kind === 'array' || type.kind === 'list' || type.kind === 'set';
}

type Structure = ObjectType | MapType | DiscriminatedType;

function isStructure(type: Exclude<Type, string>): type is Structure {
  return type.kind === 'object' || type.kind === 'map' || type.kind === 'discriminated';
}

function compareResources(
  path: string,
  before: Extract<Type, { kind: 'resource' }>,
  after: Extract<Type, { kind: 'resource' }>,
  { emit }: TypeComparison,
): void {
  const [[was, old], [is, now]] = [before, after].map(({ resource, path: part = '' }) => {
    const [name = '', version = ''] = resource.split('@', 2);
    return [`${name.toLowerCase()}#${part}`, version];
  }) as [[string, string], [string, string]];
  if (was !== is) emit({ aspect: 'type-changed', path, before, after });
  else if (old !== now) emit({ aspect: 'type-source', path, before, after });
}

function compareElements(path: string, before: Type, after: Type, comparison: TypeComparison): void {
  compareSlots(path, slotOf(before), slotOf(after), comparison);
}

function compareTuples(
  path: string,
  before: Extract<Type, { kind: 'tuple' }>,
  after: Extract<Type, { kind: 'tuple' }>,
  comparison: TypeComparison,
): void {
  for (const [index, element] of before.elements.entries()) {
    compareElements(`${path}[${index}]`, element, after.elements[index]!, comparison);
  }
  compareOpenEnds(`${path}[]`, before.rest, after.rest, comparison);
}

/** Of what has no name of its own: further elements or properties. */
function compareOpenEnds(
  path: string,
  before: Type | undefined,
  after: Type | undefined,
  comparison: TypeComparison,
): void {
  if (before !== undefined && after !== undefined) compareElements(path, before, after, comparison);
  else if (before !== undefined) comparison.emit({ aspect: 'type-narrowed', path, before });
  else if (after !== undefined) comparison.emit({ aspect: 'type-widened', path, after });
}

function compareStructures(
  path: string,
  before: Structure,
  after: Structure,
  comparison: TypeComparison,
): void {
  const old = before.kind === 'object' && after.kind === 'discriminated' ? asVariants(before, after) : before;
  const now = after.kind === 'object' && before.kind === 'discriminated' ? asVariants(after, before) : after;
  if (old.kind === 'discriminated' && now.kind === 'discriminated') {
    compareVariants(path, old, now, comparison);
  } else if (
    old.kind === 'discriminated' ||
    now.kind === 'discriminated' ||
    // One object where there were many, or the other way round: its properties are not those of an element.
    (comparison.language === 'terraform' && isOfMany(old) !== isOfMany(now))
  ) {
    comparison.emit({ aspect: 'type-changed', path, before, after });
  } else compareObjects(path, asObject(old), asObject(now), comparison);
}

/** A map of objects or lists. */
function isOfMany(type: ObjectType | MapType): boolean {
  return type.kind === 'map' && typeof type.element !== 'string';
}

/** An object whose property has written out values is one of the variants, or some. */
function asVariants(type: ObjectType, like: DiscriminatedType): ObjectType | DiscriminatedType {
  const tag = type.properties.find(({ name }) => name === like.property);
  if (tag?.allowed === undefined || !tag.required) return type;
  return { ...like, variants: tag.allowed.map((value) => ({ value: String(value), type })) };
}

function asObject(type: ObjectType | MapType): ObjectType {
  return type.kind === 'object' ? type : { kind: 'object', properties: [], additional: type.element };
}

function compareObjects(
  path: string,
  before: ObjectType,
  after: ObjectType,
  comparison: TypeComparison,
): void {
  compareProperties(path, before, after, comparison);
  compareOpenEnds(`${path}.*`, before.additional, after.additional, comparison);
  if (before.additional !== undefined || after.additional !== undefined) return;
  if (before.sealed !== after.sealed) {
    comparison.emit({ aspect: after.sealed ? 'type-narrowed' : 'type-widened', path, before, after });
  }
}

function compareProperties(
  path: string,
  before: ObjectType,
  after: ObjectType,
  comparison: TypeComparison,
): void {
  const { emit, findRenames } = comparison;
  const [old, now] = [propertiesByName(before.properties), propertiesByName(after.properties)];
  // Where any name is taken, a name of its own is a closer look at what was there.
  const [more, moreNow] = [before.additional, after.additional];
  const other = {
    now: unnamed(more === undefined ? moreNow : undefined),
    old: unnamed(moreNow === undefined ? more : undefined),
  };
  const gone = [...old.values()].filter(({ name }) => !now.has(name) && other.now === undefined);
  const fresh = [...now.values()].filter(({ name }) => !old.has(name) && other.old === undefined);
  const renames = findRenames(gone, fresh);
  const renamed = new Set(renames.values());
  for (const name of [...new Set([...old.keys(), ...now.keys()])].sort()) {
    if (renamed.has(name)) continue;
    const place = `${path}.${name}`;
    const to = renames.get(name);
    if (to !== undefined) emit({ aspect: 'property-renamed', path: place, before: name, after: to });
    const [was, is] = [old.get(name), now.get(to ?? name)];
    compareProperty(place, was ?? other.old, is ?? other.now, comparison);
  }
}

/** At least one of the two is there. */
function compareProperty(
  path: string,
  before: Slot | undefined,
  after: Slot | undefined,
  comparison: TypeComparison,
): void {
  const { emit } = comparison;
  if (before !== undefined && after !== undefined) compareSlots(path, before, after, comparison);
  else if (after === undefined) emit({ aspect: 'property-removed', path, before });
  else emit({ aspect: after.required ? 'required-added' : 'optional-added', path, after });
}

/** A property that has no name in its type. */
function unnamed(type: Type | undefined): Slot | undefined {
  return type === undefined ? undefined : { ...slotOf(type), required: false };
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
  const [old, now] = [before, after].map(
    ({ variants }) => new Map(variants.map(({ value, type }) => [value, type])),
  ) as [Map<string, Type>, Map<string, Type>];
  for (const value of [...new Set([...old.keys(), ...now.keys()])].sort()) {
    const [was, is] = [old.get(value), now.get(value)];
    const place = `${path}<${value}>`;
    if (is === undefined) emit({ aspect: 'type-narrowed', path: place, before: was });
    else if (was === undefined) emit({ aspect: 'type-widened', path: place, after: is });
    else compareElements(place, was, is, comparison);
  }
}
