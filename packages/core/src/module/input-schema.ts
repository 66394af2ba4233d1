import { bareTypes, isListType, limitsElements } from './bare-type.ts';
import type { Input, Module, NamedType } from './model.ts';
import type { Constraints, Default, ObjectType, Property, Type } from './type.ts';

export type JsonSchema = { readonly [keyword: string]: unknown };

/** What may be given to a module, as a JSON Schema (draft 2020-12): one object with a property for each input. */
export function inputSchema(module: Module): JsonSchema {
  const types = new Map(module.interface.types.map((type) => [type.name, type]));
  const context: Context = { types, bareOf: bareTypes(types), definitions: new Map() };
  const properties = propertiesOf(module.interface.inputs, context);
  // One after the other, since types can lead from one to the next without end; the map grows meanwhile.
  for (const name of context.definitions.keys()) {
    context.definitions.set(name, definitionOf(types.get(name)!, context));
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    ...(module.name === undefined ? {} : { title: module.name }),
    ...(module.description === undefined ? {} : { description: module.description }),
    type: 'object',
    ...properties,
    additionalProperties: false,
    ...(context.definitions.size === 0 ? {} : { $defs: Object.fromEntries(context.definitions) }),
  };
}

interface Context {
  readonly types: ReadonlyMap<string, NamedType>;
  readonly bareOf: (type: Type) => Type | undefined;
  /** Those that something refers to, in the order in which they were met: empty until they are made. */
  readonly definitions: Map<string, JsonSchema>;
}

type Named = Input | Property;

function propertiesOf(items: readonly Named[], context: Context): JsonSchema {
  const required = items.filter((item) => item.required).map(({ name }) => name);
  return {
    properties: Object.fromEntries(items.map((item) => [item.name, schemaOfItem(item, context)])),
    ...(required.length === 0 ? {} : { required: [...new Set(required)] }),
  };
}

function schemaOfItem(item: Named, context: Context): JsonSchema {
  const { type, description, default: fallback } = item;
  return {
    ...constrained(type, takenBy(item), context),
    ...(description === undefined ? {} : { description }),
    ...defaultOf(fallback),
    ...('deprecated' in item && item.deprecated !== undefined ? { deprecated: true } : {}),
  };
}

/** Null is not taken where a validation refuses it. */
function takenBy(item: Named): Constraints {
  if (!('nullRefused' in item) || item.nullRefused !== true) return item;
  const { nullable: _, ...limits } = item;
  return limits;
}

function defaultOf(fallback: Default | undefined): JsonSchema {
  if (fallback === undefined) return {};
  return 'value' in fallback
    ? { default: fallback.value }
    : { $comment: `The default is worked out: ${fallback.expression}` };
}

/** What a value must be besides being of its type. */
function constrained(type: Type, limits: Constraints, context: Context): JsonSchema {
  const bare = { ...schemaOf(type, context), ...boundsOf(type, limits, context) };
  const { allowed } = limits;
  const limited = allowed === undefined ? bare : withAllowed(bare, allowed, isList(type, context));
  return {
    ...(limits.nullable ? orNull(limited) : limited),
    ...(limits.nullable === false ? { not: { type: 'null' } } : {}),
    ...(limits.secure ? { writeOnly: true } : {}),
  };
}

/** Of a list the elements are limited, unless lists are allowed. */
function withAllowed(schema: JsonSchema, allowed: readonly unknown[], isOfList: boolean): JsonSchema {
  if (!isOfList || !limitsElements(allowed)) return { ...schema, enum: allowed };
  const { items, ...rest } = schema;
  const element = typeof items === 'object' && items !== null ? items : {};
  return { ...rest, items: { ...element, enum: allowed } };
}

function orNull(schema: JsonSchema): JsonSchema {
  const { type, ...rest } = schema;
  const isOpen = ['enum', 'const', '$ref', 'anyOf', 'oneOf'].every((keyword) => !(keyword in rest));
  if (isOpen && typeof type === 'string') return { type: [type, 'null'], ...rest };
  return Object.keys(schema).length === 0 ? {} : { anyOf: [schema, { type: 'null' }] };
}

function boundsOf(
  type: Type,
  { minValue, maxValue, minExclusive, maxExclusive, minLength, maxLength, pattern }: Constraints,
  context: Context,
): JsonSchema {
  const kind = kindOf(type, context);
  const unit = kind === 'array' ? 'Items' : kind === 'object' ? 'Properties' : 'Length';
  return {
    ...(minValue === undefined ? {} : { [minExclusive ? 'exclusiveMinimum' : 'minimum']: minValue }),
    ...(maxValue === undefined ? {} : { [maxExclusive ? 'exclusiveMaximum' : 'maximum']: maxValue }),
    ...(minLength === undefined ? {} : { [`min${unit}`]: minLength }),
    ...(maxLength === undefined ? {} : { [`max${unit}`]: maxLength }),
    ...(pattern === undefined || !isPattern(pattern) ? {} : { pattern }),
  };
}

/** Terraform's expressions are those of RE2; what means something else in JSON Schema, or nothing, is left out. */
function isPattern(pattern: string): boolean {
  try {
    return new RegExp(pattern, 'u').source !== '';
  } catch {
    return false;
  }
}

function isList(type: Type, context: Context): boolean {
  return kindOf(type, context) === 'array';
}

/** What a type is in JSON, behind its names. */
function kindOf(type: Type, { bareOf }: Context): 'array' | 'object' | 'other' {
  const bare = bareOf(type);
  if (isListType(bare)) return 'array';
  const kind = typeof bare === 'object' ? bare.kind : bare;
  return kind === 'object' || kind === 'map' || kind === 'discriminated' ? 'object' : 'other';
}

const plainSchemas = {
  string: { type: 'string' },
  int: { type: 'integer' },
  number: { type: 'number' },
  bool: { type: 'boolean' },
  null: { type: 'null' },
  any: {},
  object: { type: 'object' },
  array: { type: 'array' },
} as const;

function schemaOf(type: Type, context: Context): JsonSchema {
  if (typeof type === 'string') return plainSchemas[type];
  switch (type.kind) {
    case 'array':
    case 'list':
      return { type: 'array', items: schemaOf(type.element, context) };
    case 'set':
      return { type: 'array', items: schemaOf(type.element, context), uniqueItems: true };
    case 'map':
      return { type: 'object', additionalProperties: schemaOf(type.element, context) };
    case 'tuple':
      return tupleSchema(type.elements, type.rest, context);
    case 'object':
      return objectSchema(type, context);
    case 'union':
      return unionSchema(type.members, context);
    case 'discriminated':
      return {
        type: 'object',
        required: [type.property],
        oneOf: type.variants.map((variant) => ({
          properties: { [type.property]: { const: variant.value } },
          allOf: [schemaOf(variant.type, context)],
        })),
      };
    case 'literal':
      return { const: type.value };
    case 'reference':
      return referenceSchema(type.name, context);
    case 'resource':
      return {
        ...(type.base === undefined ? {} : schemaOf(type.base, context)),
        $comment: `As ${type.resource}${type.path === undefined ? '' : ` has it at ${type.path}`}`,
      };
    case 'refined':
      return constrained(type.type, type, context);
  }
}

function tupleSchema(elements: readonly Type[], rest: Type | undefined, context: Context): JsonSchema {
  return {
    type: 'array',
    ...(elements.length === 0 ? {} : { prefixItems: elements.map((each) => schemaOf(each, context)) }),
    minItems: elements.length,
    items: rest === undefined ? false : schemaOf(rest, context),
  };
}

function objectSchema(type: ObjectType, context: Context): JsonSchema {
  return {
    type: 'object',
    ...propertiesOf(type.properties, context),
    ...(type.additional === undefined
      ? type.sealed
        ? { additionalProperties: false }
        : {}
      : { additionalProperties: schemaOf(type.additional, context) }),
  };
}

function unionSchema(members: readonly Type[], context: Context): JsonSchema {
  const values = members.flatMap((member) =>
    typeof member === 'object' && member.kind === 'literal' ? [member.value] : [],
  );
  if (values.length === members.length && values.length > 0) return { enum: values };
  return { anyOf: members.map((member) => schemaOf(member, context)) };
}

/** A type is defined once, also when it is used inside itself. */
function referenceSchema(name: string, { types, definitions }: Context): JsonSchema {
  if (!types.has(name)) return {};
  if (!definitions.has(name)) definitions.set(name, {});
  return { $ref: `#/$defs/${encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))}` };
}

function definitionOf(named: NamedType, context: Context): JsonSchema {
  const { description } = named;
  return {
    ...constrained(named.type, named, context),
    ...(description === undefined ? {} : { description }),
  };
}
