import { type JsonObject, isObject, listOf, objectOf, textOf } from '../../json/index.ts';
import { limits } from '../../limit/index.ts';
import type { Constraints, Default, Property, Type } from '../../module/type.ts';

/** A schema of a compiled template: that of a parameter, an output, a definition or a part of one. */
export interface Read {
  readonly type: Type;
  readonly constraints: Constraints;
}

const definitions = '#/definitions/';

/** Says whether null is a value of a type that is referred to by name. */
export type IsNullable = (type: Type) => boolean;

export interface SchemaContext {
  /** Looks behind references. */
  readonly isNullable: IsNullable;
  /** How deep schemas lie within each other, and whether some were left out for that. */
  depth: number;
  isCut: boolean;
}

const maxDepth = limits.syntaxDepth.value;

export function schemaContext(schemas: JsonObject): SchemaContext {
  return { isNullable: nullability(schemas), depth: 0, isCut: false };
}

export function readSchema(schema: JsonObject, context: SchemaContext): Read {
  if (context.depth === maxDepth) {
    context.isCut = true;
    return { type: 'any', constraints: {} };
  }
  context.depth++;
  const read = readOne(schema, context);
  context.depth--;
  return read;
}

function readOne(schema: JsonObject, context: SchemaContext): Read {
  const name = textOf(schema['type'])?.toLowerCase();
  const isSecure = name === 'securestring' || name === 'secureobject';
  const type = typeOf(schema, isSecure ? name.slice('secure'.length) : name, context);
  return { type, constraints: constraintsOf(schema, isSecure) };
}

/** A schema where constraints have no other place than the type itself. */
export function refinedType(schema: unknown, context: SchemaContext): Type {
  if (!isObject(schema)) return 'any';
  const { type, constraints } = readSchema(schema, context);
  return Object.keys(constraints).length === 0 ? type : { kind: 'refined', type, ...constraints };
}

function typeOf(schema: JsonObject, name: string | undefined, context: SchemaContext): Type {
  const base = baseType(schema, name, context);
  const derived = objectOf(schema['metadata'])['__bicep_resource_derived_type!'];
  return derived === undefined ? base : (resourceType(derived, base) ?? base);
}

function baseType(schema: JsonObject, name: string | undefined, context: SchemaContext): Type {
  const reference = textOf(schema['$ref']);
  if (reference !== undefined) return { kind: 'reference', name: definitionName(reference) };
  if (isObject(schema['discriminator'])) return discriminatedType(schema['discriminator'], context);
  if (name === 'object') return objectType(schema, context);
  if (name === 'array') return arrayType(schema, context);
  return name === 'string' || name === 'int' || name === 'bool' ? name : 'any';
}

/** A JSON pointer into the definitions. */
export function definitionName(reference: string): string {
  const pointer = reference.startsWith(definitions) ? reference.slice(definitions.length) : reference;
  return decoded(pointer).replaceAll('~1', '/').replaceAll('~0', '~');
}

function decoded(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function objectType(schema: JsonObject, context: SchemaContext): Type {
  const { properties, additionalProperties: more } = schema;
  const additional = isObject(more) ? refinedType(more, context) : undefined;
  if (properties === undefined && more === undefined) return 'object';
  const known = Object.entries(objectOf(properties)).map(([name, each]) =>
    propertyOf(name, objectOf(each), context),
  );
  if (additional !== undefined && known.length === 0) return { kind: 'map', element: additional };
  return {
    kind: 'object',
    properties: known,
    ...(additional === undefined ? {} : { additional }),
    ...(more === false ? { sealed: true as const } : {}),
  };
}

function propertyOf(name: string, schema: JsonObject, context: SchemaContext): Property {
  const { type, constraints } = readSchema(schema, context);
  return {
    name,
    type,
    required: !(constraints.nullable ?? context.isNullable(type)),
    ...constraints,
    ...descriptionOf(schema),
  };
}

function arrayType(schema: JsonObject, context: SchemaContext): Type {
  const { items, prefixItems } = schema;
  if (Array.isArray(prefixItems)) {
    const elements = prefixItems.map((each) => refinedType(each, context));
    return items === false || items === undefined
      ? { kind: 'tuple', elements }
      : { kind: 'tuple', elements, rest: refinedType(items, context) };
  }
  return isObject(items) ? { kind: 'array', element: refinedType(items, context) } : 'array';
}

function discriminatedType({ propertyName, mapping }: JsonObject, context: SchemaContext): Type {
  const variants = Object.entries(objectOf(mapping)).map(([value, schema]) => ({
    value,
    type: refinedType(schema, context),
  }));
  return { kind: 'discriminated', property: textOf(propertyName) ?? '', variants };
}

/** Older compilers wrote the source alone, without saying in which direction it goes. */
function resourceType(derived: unknown, base: Type): Type | undefined {
  const fields = objectOf(derived);
  const source = textOf(derived) ?? textOf(fields['source']);
  if (source === undefined) return undefined;
  const [resource = '', path] = source.split('#', 2);
  return {
    kind: 'resource',
    direction: fields['output'] === true ? 'output' : 'input',
    resource,
    ...(path === undefined ? {} : { path: partOf(path) }),
    base,
  };
}

/** Where a JSON pointer into a schema leads in a value: `properties/properties/properties/tags` to `properties/tags`. */
function partOf(pointer: string): string {
  const steps = pointer.split('/').filter((step) => step !== '');
  const parts: string[] = [];
  for (let index = 0; index < steps.length; index++) {
    const step = steps[index]!;
    if (step === 'items' || step === 'additionalProperties') parts.push('*');
    else if (step === 'properties' || step === 'prefixItems') parts.push(steps[++index] ?? '*');
    else parts.push(step);
  }
  return parts.join('/');
}

function constraintsOf(schema: JsonObject, isSecure: boolean): Constraints {
  const { allowedValues } = schema;
  const found: Record<string, unknown> = {};
  if (schema['nullable'] === true) found['nullable'] = true;
  if (isSecure) found['secure'] = true;
  if (Array.isArray(allowedValues)) found['allowed'] = allowedValues;
  for (const name of ['minValue', 'maxValue', 'minLength', 'maxLength'] as const) {
    if (typeof schema[name] === 'number') found[name] = schema[name];
  }
  const pattern = textOf(schema['pattern']);
  if (pattern !== undefined) found['pattern'] = pattern;
  return found;
}

export function descriptionOf({ metadata }: JsonObject): { description?: string } {
  const description = textOf(objectOf(metadata)['description']);
  return description === undefined ? {} : { description };
}

/** `[…]` is an expression, `[[…` a text that begins with a bracket. */
export function defaultOf(value: unknown): Default {
  if (typeof value !== 'string' || !value.startsWith('[')) return { value };
  if (value.startsWith('[[')) return { value: value.slice(1) };
  return value.endsWith(']') ? { expression: value.slice(1, -1) } : { value };
}

/** Looks behind references to definitions, as far as they go. */
function nullability(schemas: JsonObject): IsNullable {
  const known = new Map<string, boolean>();
  return (type) => {
    if (typeof type === 'string' || type.kind !== 'reference') return false;
    const passed: string[] = [];
    let name: string | undefined = type.name;
    let found = false;
    while (name !== undefined && !found) {
      const before = known.get(name);
      const schema: JsonObject = Object.hasOwn(schemas, name) ? objectOf(schemas[name]) : {};
      found = before ?? schema['nullable'] === true;
      const next: string | undefined = textOf(schema['$ref']);
      // Of a circle that says nothing, nothing is known.
      known.set(name, found);
      passed.push(name);
      name = before !== undefined || next === undefined ? undefined : definitionName(next);
    }
    for (const each of passed) known.set(each, found);
    return found;
  };
}

/** The schemas of the elements of a list that are objects. */
export function objectsOf(value: unknown): JsonObject[] {
  return listOf(value).filter(isObject);
}
