import { type JsonObject, isObject, listOf, objectOf, textOf } from '../../json/index.ts';
import { limits } from '../../limit/index.ts';
import type { Constraints, Default, Property, Type } from '../../module/type.ts';

/** A schema of a compiled template: that of a parameter, an output, a definition or a part of one. */
export interface Read {
  readonly type: Type;
  readonly constraints: Constraints;
}

/** Says whether null is a value of a type that is referred to by name. */
export type IsNullable = (type: Type) => boolean;

export interface SchemaContext {
  readonly schemas: JsonObject;
  /** Looks behind references. */
  readonly isNullable: IsNullable;
  /** References to parts of definitions that are being read, and how many schemas were read for all of them. */
  readonly parts: { readonly open: Set<string>; read: number };
  /** How deep schemas lie within each other, and whether some were left out for that. */
  depth: number;
  isCut: boolean;
}

const maxDepth = limits.syntaxDepth.value;

/** Parts of definitions are read wherever they are referred to: those made of each other could go on for ever. */
const maxPartSchemas = 100_000;

export function schemaContext(schemas: JsonObject): SchemaContext {
  const parts = { open: new Set<string>(), read: 0 };
  return { schemas, isNullable: nullability(schemas), parts, depth: 0, isCut: false };
}

export function readSchema(schema: JsonObject, context: SchemaContext): Read {
  const { parts } = context;
  if (context.depth === maxDepth || parts.read === maxPartSchemas) {
    context.isCut = true;
    return { type: 'any', constraints: {} };
  }
  if (parts.open.size > 0) parts.read++;
  context.depth++;
  const read = readOne(schema, context);
  context.depth--;
  return read;
}

function readOne(schema: JsonObject, context: SchemaContext): Read {
  const part = readPart(schema, context);
  if (part !== undefined) return part;
  const name = textOf(schema['type'])?.toLowerCase();
  const isSecure = name === 'securestring' || name === 'secureobject';
  const type = typeOf(schema, isSecure ? name.slice('secure'.length) : name, context);
  return { type, constraints: constraintsOf(schema, isSecure) };
}

/** What a reference leads to when that is no definition but a part of one, which has no name. */
function readPart(schema: JsonObject, context: SchemaContext): Read | undefined {
  const { open } = context.parts;
  const reference = textOf(schema['$ref']);
  const target = reference === undefined ? undefined : partAt(reference, context.schemas);
  if (reference === undefined || target === undefined) return undefined;
  const own = constraintsOf(schema, false);
  if (open.has(reference)) return { type: 'any', constraints: own };
  open.add(reference);
  const { type, constraints } = readSchema(target, context);
  open.delete(reference);
  const { nullable, ...others } = { ...constraints, ...own };
  const isKept = nullable === true || (typeof type !== 'string' && type.kind === 'reference');
  return { type, constraints: nullable === undefined || !isKept ? others : { ...others, nullable } };
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

/** The name of the definition that a reference leads to; what leads elsewhere is its own name. */
function definitionName(reference: string): string {
  return stepsOf(reference)?.join('/') ?? reference;
}

/** A schema within a definition, as the compiler writes `foo.a`, `foo[*]`, `foo[1]` and `foo.*`. */
function partAt(reference: string, schemas: JsonObject): JsonObject | undefined {
  const steps = stepsOf(reference);
  if (steps === undefined || steps.length < 2 || Object.hasOwn(schemas, steps.join('/'))) return undefined;
  let found: unknown = schemas;
  for (const step of steps) {
    if (typeof found !== 'object' || found === null || !Object.hasOwn(found, step)) return undefined;
    found = (found as JsonObject)[step];
  }
  return isObject(found) ? found : undefined;
}

/** The schema that a reference leads to, whether it has a name or not. */
function schemaAt(reference: string, schemas: JsonObject): JsonObject {
  const name = definitionName(reference);
  return Object.hasOwn(schemas, name) ? objectOf(schemas[name]) : (partAt(reference, schemas) ?? {});
}

const definitions = '#/definitions/';

/** The steps of a JSON pointer into the definitions. */
function stepsOf(reference: string): string[] | undefined {
  if (!reference.startsWith(definitions)) return undefined;
  const steps = reference.slice(definitions.length).split('/');
  return steps.map((step) => decoded(step).replaceAll('~1', '/').replaceAll('~0', '~'));
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
  // What the compiler writes for `type!`.
  if (schema['nullable'] === false && textOf(schema['$ref']) !== undefined) found['nullable'] = false;
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

/**
 * `[…]` is an expression, `[[…` a text that begins with a bracket; also within objects and arrays, which are expressions when
 * anything in them is.
 */
export function defaultOf(value: unknown): Default {
  if (typeof value !== 'object' || value === null) return textDefault(value);
  const content = contentOf(value, 0);
  if (content === 'expression') return { expression: JSON.stringify(value) };
  return { value: content === 'escaped' ? unescaped(value) : value };
}

function textDefault(value: unknown): Default {
  if (typeof value !== 'string' || !value.startsWith('[')) return { value };
  if (value.startsWith('[[')) return { value: value.slice(1) };
  return value.endsWith(']') ? { expression: value.slice(1, -1) } : { value };
}

type Content = 'plain' | 'escaped' | 'expression' | 'deep';

const gravity: readonly Content[] = ['plain', 'escaped', 'expression', 'deep'];

/** What is in a value, all depth; nothing is made of what is nested too deep. */
function contentOf(value: unknown, depth: number): Content {
  if (typeof value !== 'object' || value === null) {
    const read = textDefault(value);
    return 'expression' in read ? 'expression' : read.value === value ? 'plain' : 'escaped';
  }
  if (depth === maxDepth) return 'deep';
  let gravest: Content = 'plain';
  for (const each of Object.values(value)) {
    const found = contentOf(each, depth + 1);
    if (gravity.indexOf(found) > gravity.indexOf(gravest)) gravest = found;
  }
  return gravest;
}

function unescaped(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(unescaped);
  if (isObject(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, unescaped(each)]));
  }
  return typeof value === 'string' && value.startsWith('[[') ? value.slice(1) : value;
}

/** Looks behind references to definitions, as far as they go. */
function nullability(schemas: JsonObject): IsNullable {
  const known = new Map<string, boolean>();
  return (type) => {
    if (typeof type === 'string' || type.kind !== 'reference') return false;
    const passed: string[] = [];
    let name: string | undefined = type.name;
    let schema: JsonObject = Object.hasOwn(schemas, name) ? objectOf(schemas[name]) : {};
    let found = false;
    while (name !== undefined && !found) {
      const before = known.get(name);
      found = before ?? schema['nullable'] === true;
      const isEnd: boolean = before !== undefined || schema['nullable'] === false;
      const next: string | undefined = isEnd ? undefined : textOf(schema['$ref']);
      // Of a circle that says nothing, nothing is known.
      known.set(name, found);
      passed.push(name);
      name = next === undefined ? undefined : definitionName(next);
      if (next !== undefined) schema = schemaAt(next, schemas);
    }
    for (const each of passed) known.set(each, found);
    return found;
  };
}

/** The schemas of the elements of a list that are objects. */
export function objectsOf(value: unknown): JsonObject[] {
  return listOf(value).filter(isObject);
}
