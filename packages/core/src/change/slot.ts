import type { Constraints, Default, Property, Type } from '../module/type.ts';
import type { Input, NamedType, Validation } from '../module/model.ts';

/** A place that takes or gives values: an input, an output, a property, an element, a type with a name. */
export interface Slot extends Constraints {
  readonly type: Type;
  readonly required?: boolean;
  readonly default?: Default;
  readonly description?: string;
  readonly deprecated?: string;
  readonly ephemeral?: true;
  readonly validations?: readonly Validation[];
}

/** The types of one version, by name. */
export type Types = ReadonlyMap<string, NamedType>;

/** An element of an array or a map has its constraints inside its type. */
export function slotOf(type: Type): Slot {
  if (typeof type === 'string' || type.kind !== 'refined') return { type };
  return { ...type, type: type.type };
}

/**
 * The slot with what its named types say as well: aliases of aliases are followed, so that constraints count wherever
 * they are written. What is left is no reference, unless nobody knows the type.
 */
export function resolved(slot: Slot, types: Types): Slot {
  let found = slot;
  for (let step = 0; step <= types.size; step++) {
    const { type } = found;
    const named = typeof type !== 'string' && type.kind === 'reference' ? types.get(type.name) : undefined;
    if (named === undefined) return found;
    const { name: _, exported: __, importedFrom: ___, at: ____, description: _____, ...behind } = named;
    found = { ...behind, ...found, type: named.type };
  }
  return found;
}

export function propertiesByName(properties: readonly Property[]): ReadonlyMap<string, Property> {
  return new Map(properties.map((property) => [property.name, property]));
}

export type { Input };
