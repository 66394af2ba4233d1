import { withoutAlias } from '../bicep/registry-alias.ts';
import { limitsElements } from '../module/bare-type.ts';
import type { Constraints, Default, LiteralType, Property, Type } from '../module/type.ts';
import type { NamedType } from '../module/model.ts';

/** A place that takes or gives values: an input, an output, a property, an element, a type with a name. */
export interface Slot extends Constraints {
  readonly type: Type;
  readonly required?: boolean;
  readonly default?: Default;
  readonly description?: string;
  /** Where a type comes from of which nothing else is known. */
  readonly origin?: string;
}

/** The types of one version, by name. */
export type Types = ReadonlyMap<string, NamedType>;

/** An element of an array or a map has its constraints inside its type. */
export function slotOf(type: Type): Slot {
  if (typeof type === 'string' || type.kind !== 'refined') return { type };
  return { ...type, type: type.type };
}

/** What a type with a name stands for. Its own description is told with the name. */
export function behind({ name: _, exported: __, at: ___, description: ____, ...named }: NamedType): Slot {
  const { importedFrom, ...slot } = named;
  if (importedFrom === undefined || named.type !== 'any') return slot;
  return { ...slot, origin: [withoutAlias(importedFrom.source), importedFrom.name ?? ''].join('#') };
}

/** Names of names of names: nobody writes more. */
const maxAliases = 20;

/**
 * The slot with what its named types say as well: aliases of aliases are followed, so that constraints count wherever
 * they are written. What is left is no reference, unless nobody knows the type.
 */
export function resolved(slot: Slot, types: Types): Slot {
  let found = slot;
  for (let step = 0; step < maxAliases; step++) {
    const { type } = found;
    const named = typeof type !== 'string' && type.kind === 'reference' ? types.get(type.name) : undefined;
    if (named === undefined) break;
    const under = behind(named);
    found = { ...under, ...found, type: under.type };
  }
  const { nullable, ...rest }: Slot = normal(found);
  return nullable ? { ...rest, nullable } : rest;
}

/** The one form of what can be written in several. */
function normal(slot: Slot): Slot {
  const { type } = slot;
  if (typeof type === 'string') return type === 'array' ? withElements(slot, 'any') : slot;
  switch (type.kind) {
    case 'refined':
      return normal({ ...type, ...slot, type: type.type });
    case 'literal':
      return { ...slot, type: plainTypeOf(type), allowed: slot.allowed ?? [type.value] };
    case 'array':
      return withElements(slot, type.element);
    case 'map':
      return type.element === 'any' ? { ...slot, type: 'object' } : slot;
    case 'object':
      return takesAnything(type) ? { ...slot, type: 'object' } : slot;
    default:
      return slot;
  }
}

function takesAnything(type: Extract<Type, { kind: 'object' }>): boolean {
  const { properties, additional = 'any', sealed } = type;
  return properties.length === 0 && additional === 'any' && sealed !== true;
}

function plainTypeOf({ value }: LiteralType): Type {
  return typeof value === 'string' ? 'string' : typeof value === 'number' ? 'int' : 'bool';
}

/**
 * What an array allows are the values of its elements; without a word about those it takes anything. A template cannot tell
 * an array of some arrays from one of those arrays, so neither is told apart here.
 */
function withElements({ allowed, ...slot }: Slot, element: Type): Slot {
  const arrays = allowed ?? allowedOf(element);
  if (arrays !== undefined && !limitsElements(arrays)) return { ...slot, type: 'array', allowed: arrays };
  if (allowed === undefined)
    return { ...slot, type: element === 'any' ? 'array' : { kind: 'array', element } };
  const inner = slotOf(element);
  const values = allowed.filter((value) => value !== null);
  const orNull = values.length === allowed.length ? {} : { nullable: true };
  return {
    ...slot,
    type: {
      kind: 'array',
      element: {
        kind: 'refined',
        ...inner,
        ...orNull,
        type: plainOf(values, inner.type),
        allowed: values,
      },
    },
  };
}

function allowedOf(type: Type): Constraints['allowed'] {
  return typeof type !== 'string' && type.kind === 'refined' ? type.allowed : undefined;
}

/** Of literals alone the type is known as well. */
function plainOf(allowed: readonly unknown[], type: Type): Type {
  if (type !== 'any') return type;
  const [first, ...others] = new Set(allowed.map((value) => typeof value));
  if (others.length > 0) return type;
  return first === 'string' ? 'string' : first === 'number' ? 'int' : first === 'boolean' ? 'bool' : type;
}

/** In one order, whichever version they are from. */
export function propertiesByName(properties: readonly Property[]): ReadonlyMap<string, Property> {
  return byName(properties);
}

export function byName<Item extends { readonly name: string }>(items: readonly Item[]): Map<string, Item> {
  return new Map(items.map((item) => [item.name, item] as const).sort(([a], [b]) => (a < b ? -1 : 1)));
}
