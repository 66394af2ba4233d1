import type { Constraints, Literal, Property, Type } from '../../module/type.ts';
import {
  type Decorator,
  decoratorsNamed,
  literalValue,
  type ObjectType,
  type Type as TypeNode,
  type UnionType,
} from '../syntax/index.ts';
import { nameOf, resourceTypeName } from './scope.ts';

export interface Read {
  readonly type: Type;
  readonly constraints: Constraints;
}

/** What a type is read with: the file that it stands in. */
export interface TypeContext {
  /** A name as the type of a model, noting that it is used. */
  readonly reference: (name: string, member?: string) => Type;
  /** What a name stands for, as far as it is known: to look inside. */
  readonly behind: (type: Type) => Read | undefined;
  /** How a name is declared: all that is known of a type that is used inside itself, while it is read. */
  readonly declaration: (type: Type) => Declaration | undefined;
  /** Whether so many parts of other types may be written once more, for the type at this place. */
  readonly mayCopy: (parts: number, at: TypeNode) => boolean;
}

/** The type of a declaration, and the file that it stands in. */
export interface Declaration {
  readonly node: TypeNode;
  readonly context: TypeContext;
}

const plain = new Set(['string', 'int', 'bool', 'object', 'array', 'any', 'null']);

/** A type of the language by its name, which a module may give to a type of its own. */
export function plainType(name: string): Type | undefined {
  return plain.has(name) ? (name as Type) : undefined;
}

/** Reads a type and what its decorators say about it. */
export function readType(node: TypeNode, decorators: readonly Decorator[], context: TypeContext): Read {
  const { type, constraints } = readNode(node, decorators, context);
  return { type, constraints: { ...constraints, ...decorated(decorators) } };
}

/** Where constraints have no place but the type itself. */
export function refinedType(node: TypeNode, decorators: readonly Decorator[], context: TypeContext): Type {
  const { type, constraints } = readType(node, decorators, context);
  return Object.keys(constraints).length === 0 ? type : { kind: 'refined', type, ...constraints };
}

function readNode(node: TypeNode, decorators: readonly Decorator[], context: TypeContext): Read {
  switch (node.kind) {
    case 'named-type':
      return only(context.reference(node.name));
    case 'parenthesized-type':
      return readNode(node.type, decorators, context);
    case 'nullable-type': {
      const { type, constraints } = readNode(node.type, decorators, context);
      return { type, constraints: { ...constraints, nullable: true } };
    }
    case 'non-null-type': {
      const read = readNode(node.type, decorators, context);
      const { nullable: _, ...constraints } = read.constraints;
      const isNamed = typeof read.type !== 'string' && read.type.kind === 'reference';
      return { type: read.type, constraints: isNamed ? { ...constraints, nullable: false } : constraints };
    }
    case 'array-type':
      return only({ kind: 'array', element: refinedType(node.item, [], context) });
    case 'tuple-type': {
      const elements = node.items.map((item) => refinedType(item.type, item.decorators, context));
      return only({ kind: 'tuple', elements });
    }
    case 'object-type':
      return only(objectType(node, decorators, context));
    case 'union-type':
      return readUnion(node, decorators, context);
    case 'string':
    case 'integer':
    case 'boolean':
    case 'unary-type':
      return readLiteral(literalOf(node));
    case 'null':
      return only('null');
    case 'generic-type':
      return only(genericType(node.name.name, node.arguments));
    case 'member-type':
      return readMember(node.base, node.name.name, context);
    case 'index-type':
    case 'item-type':
    case 'additional-properties-type':
      return readPart(node, context);
    default:
      return only('any');
  }
}

function only(type: Type): Read {
  return { type, constraints: {} };
}

function literalOf(node: TypeNode): Literal | undefined {
  switch (node.kind) {
    case 'string':
      return node.expressions.length === 0 ? node.segments[0] : undefined;
    case 'integer':
      return Number(node.value);
    case 'boolean':
      return node.value;
    case 'null':
      return null;
    case 'unary-type': {
      const value = literalOf(node.operand);
      if (node.operator === '-') return typeof value === 'number' ? -value : undefined;
      return typeof value === 'boolean' ? !value : undefined;
    }
    case 'parenthesized-type':
      return literalOf(node.type);
    default:
      return undefined;
  }
}

/** As the compiler writes a literal: a type that allows one value. */
function readLiteral(value: unknown): Read {
  return value === undefined ? only('any') : { type: plainOf([value]), constraints: { allowed: [value] } };
}

/** The type that all of these values have. */
function plainOf(values: readonly unknown[]): Type {
  const [kind, ...others] = new Set(values.filter((value) => value !== null).map(kindOf));
  return others.length > 0 ? 'any' : (kind ?? 'any');
}

function kindOf(value: unknown): Type {
  if (typeof value === 'object') return Array.isArray(value) ? 'array' : 'object';
  return typeof value === 'string' ? 'string' : typeof value === 'number' ? 'int' : 'bool';
}

/** The only value of a type, when it has but one: that of a literal, or of an object or a tuple of such. */
function onlyValue(type: Type, { nullable, allowed }: Constraints): { value: unknown } | undefined {
  if (nullable) return undefined;
  if (allowed !== undefined) return allowed.length === 1 ? { value: allowed[0] } : undefined;
  if (typeof type === 'string') return undefined;
  if (type.kind === 'tuple') return onlyTuple(type.elements);
  if (type.kind !== 'object' || type.additional !== undefined) return undefined;
  const entries: [string, unknown][] = [];
  for (const property of type.properties) {
    const only = onlyValue(property.type, property);
    if (only === undefined) return undefined;
    entries.push([property.name, only.value]);
  }
  return { value: Object.fromEntries(entries) };
}

function onlyTuple(elements: readonly Type[]): { value: unknown } | undefined {
  const values = elements.map((element) => {
    const { type, constraints } = unrefined(element);
    return onlyValue(type, constraints);
  });
  return values.every((each) => each !== undefined) ? { value: values.map(({ value }) => value) } : undefined;
}

/** A member of a union, as a value that is allowed when it has but one. */
function asLiteral({ type, constraints }: Read): Read {
  if (typeof type === 'string' || (type.kind !== 'object' && type.kind !== 'tuple'))
    return { type, constraints };
  const only = onlyValue(type, constraints);
  return only === undefined ? { type, constraints } : readLiteral(only.value);
}

function readUnion(node: UnionType, decorators: readonly Decorator[], context: TypeContext): Read {
  const property = argumentOf(decorators, 'discriminator');
  if (typeof property === 'string') return discriminated(property, node, context);
  const reads = membersOf(node).map((member) => readNode(member, [], context));
  // Values of the same plain type, those behind names included, are values that are allowed.
  const known = reads.map((read) => asLiteral(flattened(read, context)));
  if (!context.mayCopy(valuesBehind(reads, known), node)) return only(unionOf(reads));
  const nullable = known.some(({ type, constraints }) => type === 'null' || constraints.nullable === true);
  const others = known.filter(({ type }) => type !== 'null');
  const whole = nullable ? { nullable: true as const } : {};
  if (others.every(({ constraints }) => constraints.allowed !== undefined)) {
    const allowed = [...new Set(others.flatMap(({ constraints }) => constraints.allowed!))].sort(byCode);
    if (allowed.length > 0)
      return { type: elementsOf(others) ?? plainOf(allowed), constraints: { ...whole, allowed } };
  }
  const open = others.find(
    ({ type, constraints }) => typeof type === 'string' && constraints.allowed === undefined,
  );
  if (open !== undefined && others.every(({ type }) => type === open.type))
    return { type: open.type, constraints: whole };
  return { type: { kind: 'union', members: reads.map(({ type }) => type) }, constraints: whole };
}

/** How many values a union takes from types with names. */
function valuesBehind(reads: readonly Read[], known: readonly Read[]): number {
  return known.reduce(
    (sum, { constraints: { allowed } }, index) =>
      allowed === reads[index]!.constraints.allowed ? sum : sum + (allowed?.length ?? 0),
    0,
  );
}

/** With its members as they are written. */
function unionOf(reads: readonly Read[]): Type {
  const members = reads.map(({ type, constraints }): Type =>
    Object.keys(constraints).length === 0 ? type : { kind: 'refined', type, ...constraints },
  );
  return { kind: 'union', members };
}

/** Unions of arrays whose elements are limited. */
function elementsOf(reads: readonly Read[]): Type | undefined {
  const isArray = (type: Type) => type === 'array' || (typeof type !== 'string' && type.kind === 'array');
  return reads.every(({ type }) => isArray(type)) ? reads[0]?.type : undefined;
}

function flattened(read: Read, context: TypeContext): Read {
  const behind = context.behind(read.type);
  return behind === undefined
    ? read
    : { type: behind.type, constraints: { ...behind.constraints, ...read.constraints } };
}

/** The compiler sorts the values of a union. */
function byCode(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [a, b].map((value) => (typeof value === 'string' ? value : JSON.stringify(value)));
  return left! < right! ? -1 : 1;
}

/** Also those of unions in parentheses, which are members themselves. */
function membersOf({ members }: UnionType): TypeNode[] {
  return members.flatMap((member) => {
    const inner = withoutParentheses(member);
    return inner.kind === 'union-type' ? membersOf(inner) : [member];
  });
}

function withoutParentheses(node: TypeNode): TypeNode {
  return node.kind === 'parenthesized-type' ? withoutParentheses(node.type) : node;
}

function discriminated(property: string, node: UnionType, context: TypeContext): Read {
  let copied = 0;
  const variants = membersOf(node).flatMap((member) => {
    const type = refinedType(member, [], context);
    const inner = context.behind(type)?.type ?? type;
    // A member that is itself such a type gives its variants.
    if (typeof inner !== 'string' && inner.kind === 'discriminated' && inner.property === property) {
      copied += sizeOf(inner);
      return inner.variants;
    }
    const tags = tagsOf(type, property, context);
    copied += Math.max(0, tags.length - 1);
    return tags.map((value) => ({ value, type }));
  });
  const isWhole = context.mayCopy(copied, node);
  return only(isWhole ? { kind: 'discriminated', property, variants } : 'object');
}

/** The values by which a variant is told apart; one that is itself such a type has several. */
function tagsOf(type: Type, property: string, context: TypeContext): string[] {
  const search: TagSearch = { property, passed: new Set(), tags: new Set() };
  collectTags(type, context, search);
  return [...search.tags];
}

interface TagSearch {
  readonly property: string;
  /** The declarations on the way. */
  readonly passed: Set<TypeNode>;
  /** Each once: where types refer to each other in circles, lists of lists would grow without end. */
  readonly tags: Set<string>;
}

function collectTags(type: Type, context: TypeContext, search: TagSearch): void {
  const inner = context.behind(type)?.type ?? type;
  if (typeof inner === 'string') return;
  if (inner.kind === 'discriminated') {
    for (const { value } of inner.variants) search.tags.add(value);
  } else if (inner.kind === 'object') {
    addAllowed(inner.properties.find(({ name }) => name === search.property)?.allowed, search);
  } else {
    const declared = context.declaration(inner);
    if (declared !== undefined) collectDeclared(declared, search);
  }
}

const knownTags = new WeakMap<TypeNode, Map<string, ReadonlySet<string>>>();

/** Those of a type that is being read; they are worked out once, since all that is inside it may ask for them. */
function collectDeclared({ node, context }: Declaration, search: TagSearch): void {
  const { property, passed, tags } = search;
  const known = knownTags.get(node)?.get(property);
  if (known !== undefined) {
    if (context.mayCopy(known.size, node)) for (const tag of known) tags.add(tag);
    return;
  }
  if (passed.has(node)) return;
  const isFirst = passed.size === 0;
  passed.add(node);
  collectWritten(node, context, search);
  // On the way through others some were left out, which they tell themselves.
  if (isFirst) knownTags.set(node, new Map([...(knownTags.get(node) ?? []), [property, new Set(tags)]]));
}

function addAllowed(allowed: readonly unknown[] = [], { tags }: TagSearch): void {
  for (const value of allowed) tags.add(String(value));
}

/** The same of a type as it is written. */
function collectWritten(node: TypeNode, context: TypeContext, search: TagSearch): void {
  switch (node.kind) {
    case 'parenthesized-type':
    case 'nullable-type':
    case 'non-null-type':
      collectWritten(node.type, context, search);
      break;
    case 'union-type': {
      const members = membersOf(node);
      if (!context.mayCopy(members.length, node)) return;
      for (const member of members) collectWritten(member, context, search);
      break;
    }
    case 'object-type': {
      const found = node.members.find(
        (member) => member.kind === 'property-type' && nameOf(member.key) === search.property,
      );
      if (found !== undefined) addAllowed(readNode(found.type, [], context).constraints.allowed, search);
      break;
    }
    default:
      collectTags(readNode(node, [], context).type, context, search);
  }
}

/** Whether null is a value of a type. */
export function isNullable({ type, constraints }: Read, context: TypeContext): boolean {
  const behind = context.behind(type);
  const known = constraints.nullable ?? behind?.constraints.nullable;
  if (known !== undefined) return known;
  const declared = context.declaration(behind?.type ?? type);
  return declared !== undefined && isNullWritten(declared.node);
}

/** The same of a type that is being read, as it is written. */
function isNullWritten(node: TypeNode): boolean {
  switch (node.kind) {
    case 'nullable-type':
    case 'null':
      return true;
    case 'parenthesized-type':
      return isNullWritten(node.type);
    case 'union-type':
      return node.members.some(isNullWritten);
    default:
      return false;
  }
}

function objectType(node: ObjectType, decorators: readonly Decorator[], context: TypeContext): Type {
  const properties: Property[] = [];
  let additional: Type | undefined;
  for (const member of node.members) {
    if (member.kind === 'additional-properties')
      additional = refinedType(member.type, member.decorators, context);
    else properties.push(propertyOf(nameOf(member.key), member.type, member.decorators, context));
  }
  if (properties.length === 0 && additional !== undefined) return { kind: 'map', element: additional };
  const sealed = decoratorsNamed({ decorators }, 'sealed').length > 0;
  return {
    kind: 'object',
    properties,
    ...(additional === undefined ? {} : { additional }),
    ...(sealed ? { sealed: true as const } : {}),
  };
}

function propertyOf(
  name: string,
  node: TypeNode,
  decorators: readonly Decorator[],
  context: TypeContext,
): Property {
  const read = readType(node, decorators, context);
  const { type, constraints } = read;
  return {
    name,
    type,
    required: !isNullable(read, context),
    ...constraints,
    ...descriptionOf(decorators),
  };
}

/** `resourceInput<'Microsoft.KeyVault/vaults@2024-11-01'>`, and `resource` of an older language. */
function genericType(name: string, parameters: readonly TypeNode[]): Type {
  const [first] = parameters;
  if (first?.kind !== 'string') return 'any';
  const resource = resourceTypeName(first.segments[0]!);
  if (name === 'resourceOutput') return { kind: 'resource', direction: 'output', resource };
  return name === 'resourceInput' || name === 'resource'
    ? { kind: 'resource', direction: 'input', resource }
    : 'any';
}

function readMember(base: TypeNode, name: string, context: TypeContext): Read {
  // `sys.string` and types of a namespace.
  if (base.kind === 'named-type') {
    const own = base.name === 'sys' ? plainType(name) : undefined;
    if (own !== undefined) return only(own);
    const known = context.reference(base.name, name);
    if (known !== 'any') return only(known);
  }
  return partOf(readNode(base, [], context), name, base, context);
}

function readPart(
  node: Extract<TypeNode, { kind: 'index-type' | 'item-type' | 'additional-properties-type' }>,
  context: TypeContext,
): Read {
  const base = readNode(node.base, [], context);
  if (node.kind === 'index-type') return partOf(base, Number(literalValue(node.index)), node, context);
  return partOf(base, node.kind === 'item-type' ? '[*]' : '*', node, context);
}

/** A property, an element or what else lies inside a type, written once more. */
function partOf(read: Read, part: string | number, node: TypeNode, context: TypeContext): Read {
  const found = partWithin(read, part, context);
  return context.mayCopy(sizeOf(found.type), node) ? found : only('any');
}

function partWithin(read: Read, part: string | number, context: TypeContext): Read {
  const type = context.behind(read.type)?.type ?? read.type;
  if (typeof type === 'string') return only('any');
  switch (type.kind) {
    case 'resource':
      return only({
        ...type,
        path: [type.path, part === '[*]' ? '*' : part].filter((each) => each !== undefined).join('/'),
      });
    case 'object': {
      const found = type.properties.find(({ name }) => name === part);
      if (found !== undefined) return { type: found.type, constraints: constraintsOf(found) };
      return unrefined(part === '*' ? type.additional : undefined);
    }
    case 'map':
    case 'array':
      return unrefined(type.element);
    case 'tuple':
      return unrefined(typeof part === 'number' ? type.elements[part] : undefined);
    default:
      return only('any');
  }
}

const sizes = new WeakMap<object, number>();

/** How many types are written within a type, which are many where parts of parts were written once more. */
function sizeOf(type: Type | undefined): number {
  if (typeof type !== 'object') return 1;
  const known = sizes.get(type);
  if (known !== undefined) return known;
  const size = 1 + typesWithin(type).reduce((sum, each) => sum + sizeOf(each), 0);
  sizes.set(type, size);
  return size;
}

function typesWithin(type: Exclude<Type, string>): readonly Type[] {
  switch (type.kind) {
    case 'array':
    case 'list':
    case 'set':
    case 'map':
      return [type.element];
    case 'tuple':
      return type.elements;
    case 'object':
      return [...type.properties.map((property) => property.type), type.additional ?? 'any'];
    case 'union':
      return type.members;
    case 'discriminated':
      return type.variants.map((variant) => variant.type);
    case 'refined':
      return [type.type];
    case 'resource':
    case 'literal':
    case 'reference':
      return [];
  }
}

function unrefined(type: Type | undefined): Read {
  if (type === undefined) return only('any');
  if (typeof type === 'string' || type.kind !== 'refined') return only(type);
  const { kind: _, type: inner, ...constraints } = type;
  return { type: inner, constraints };
}

const constraintNames = [
  'nullable',
  'secure',
  'allowed',
  'minValue',
  'maxValue',
  'minLength',
  'maxLength',
  'pattern',
] as const;

export function constraintsOf(from: Constraints): Constraints {
  return Object.fromEntries(
    constraintNames.filter((name) => from[name] !== undefined).map((name) => [name, from[name]]),
  );
}

/** What decorators say about values. */
function decorated(decorators: readonly Decorator[]): Constraints {
  if (decorators.length === 0) return {};
  const found: Record<string, unknown> = {};
  if (decoratorsNamed({ decorators }, 'secure').length > 0) found['secure'] = true;
  for (const name of ['minValue', 'maxValue', 'minLength', 'maxLength'] as const) {
    const value = argumentOf(decorators, name);
    if (typeof value === 'number') found[name] = value;
  }
  return found;
}

/** `@allowed`, which counts at parameters alone. */
export function allowedBy(decorators: readonly Decorator[]): Pick<Constraints, 'allowed'> {
  const allowed = argumentOf(decorators, 'allowed');
  return Array.isArray(allowed) ? { allowed } : {};
}

export function descriptionOf(decorators: readonly Decorator[]): { description?: string } {
  const text = argumentOf(decorators, 'description') ?? metadataOf(decorators)['description'];
  return typeof text === 'string' && text !== '' ? { description: withoutIndent(text) } : {};
}

/** The compiler takes away what all lines but the first are indented by. */
function withoutIndent(text: string): string {
  const [first = '', ...others] = text.split(/\r\n|\r|\n/);
  const indents = others.filter((line) => line !== '').map((line) => line.length - trimmedStart(line).length);
  const common = indents.reduce((least, each) => Math.min(least, each), Infinity);
  return [first, ...others.map((line) => line.slice(common))].join('\n');
}

function trimmedStart(line: string): string {
  return line.replace(/^[ \t]+/, '');
}

function metadataOf(decorators: readonly Decorator[]): Record<string, unknown> {
  const value = argumentOf(decorators, 'metadata');
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

/** The only argument of a decorator, when it is written out. */
function argumentOf(decorators: readonly Decorator[], name: string): unknown {
  if (decorators.length === 0) return undefined;
  const [call] = decoratorsNamed({ decorators }, name);
  const [argument] = call?.arguments ?? [];
  return argument === undefined ? undefined : plainNumbers(literalValue(argument));
}

/** JSON has no bigint. */
export function plainNumbers(value: unknown): unknown {
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(plainNumbers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plainNumbers(each)]));
}
