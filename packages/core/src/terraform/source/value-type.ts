import type { ArrayType, MapType, ObjectType, Type } from '../../module/type.ts';

/** Of how many types a type may be made, and how deep: one past that nobody wrote by hand, and nobody reads. */
const maxSize = 1_000;
const maxDepth = 100;

interface Extent {
  readonly size: number;
  readonly depth: number;
}

const extents = new WeakMap<Exclude<Type, string>, Extent>();

/** Of how many types a type is made. One that is used twice counts twice, as it does in a model. */
export function sizeOf(type: Type): number {
  return extentOf(type).size;
}

function extentOf(type: Type): Extent {
  if (typeof type === 'string') return { size: 1, depth: 1 };
  const known = extents.get(type);
  if (known !== undefined) return known;
  let [size, depth] = [1, 0];
  for (const part of partsOf(type)) {
    const extent = extentOf(part);
    size += extent.size;
    depth = Math.max(depth, extent.depth);
  }
  const extent = { size, depth: depth + 1 };
  extents.set(type, extent);
  return extent;
}

function partsOf(type: Exclude<Type, string>): readonly Type[] {
  if (type.kind === 'object') return type.properties.map((property) => property.type);
  if (type.kind === 'tuple') return type.elements;
  return 'element' in type ? [type.element] : [];
}

/** `any` for a type that is too large. */
function bounded(type: Exclude<Type, string>): Type {
  const { size, depth } = extentOf(type);
  return size > maxSize || depth > maxDepth ? 'any' : type;
}

export function collectionOf(kind: 'list' | 'set' | 'map', element: Type): Type {
  return bounded({ kind, element });
}

/** Values of an object that has exactly these names. */
export function objectOf(members: ReadonlyMap<string, Type>): Type {
  const properties = [...members].map(([name, type]) => ({ name, type, required: true }));
  return bounded({ kind: 'object', properties });
}

/** An object, or a map: of which names nobody can tell. */
export const someObject: Type = { kind: 'map', element: 'any' };

/** The type of a variable as its values have it: what may be left out is there, and tuples are lists. */
export function valueTypeOf(type: Type): Type {
  if (typeof type === 'string') return type;
  switch (type.kind) {
    case 'list':
    case 'set':
    case 'map':
      return collectionOf(type.kind, valueTypeOf(type.element));
    case 'tuple':
      return listOf(type.elements.map(valueTypeOf));
    case 'object':
      return objectOf(new Map(type.properties.map((each) => [each.name, valueTypeOf(each.type)])));
    default:
      return 'any';
  }
}

/** A list that is written out: of one type when all its elements are. */
export function listOf(elements: readonly Type[]): Type {
  return collectionOf('list', commonOf(elements));
}

/** What is certain of a value that has one of these types. */
export function commonOf(types: readonly Type[]): Type {
  const [first = 'any', ...others] = types;
  let common = first;
  for (const type of others) {
    if (common === 'any') break;
    common = commonOfTwo(common, type);
  }
  return common;
}

function commonOfTwo(left: Type, right: Type): Type {
  if (left === right) return left;
  if (typeof left === 'string' || typeof right === 'string') return 'any';
  if (left.kind === 'object' && right.kind === 'object') return commonObject(left, right);
  if (!isCollection(left) || !isCollection(right) || left.kind !== right.kind)
    return isNamed(left) && isNamed(right) ? someObject : 'any';
  return collectionOf(left.kind, commonOfTwo(left.element, right.element));
}

/** Objects of other names become a map, or are refused. */
function commonObject(left: ObjectType, right: ObjectType): Type {
  const others = new Map(right.properties.map(({ name, type }) => [name, type]));
  if (others.size !== left.properties.length) return someObject;
  const members = new Map<string, Type>();
  for (const { name, type } of left.properties) {
    const other = others.get(name);
    if (other === undefined) return someObject;
    members.set(name, commonOfTwo(type, other));
  }
  return objectOf(members);
}

type Collection = (ArrayType & { readonly kind: 'list' | 'set' }) | MapType;

function isCollection(type: Exclude<Type, string>): type is Collection {
  return type.kind === 'list' || type.kind === 'set' || type.kind === 'map';
}

function isNamed({ kind }: Exclude<Type, string>): boolean {
  return kind === 'object' || kind === 'map';
}

/** Of what stands in a list, a set or a map, or under any name of an object. */
export function elementOf(type: Type): Type {
  if (typeof type === 'string') return 'any';
  if (type.kind === 'object') return commonOf(type.properties.map((property) => property.type));
  return isCollection(type) ? type.element : 'any';
}

/** Of what stands under a name, or a number, that is undefined when only running the module tells it. */
export function memberOf(type: Type, name: string | undefined): Type {
  if (typeof type === 'string' || type.kind !== 'object') return elementOf(type);
  return type.properties.find((property) => property.name === name)?.type ?? 'any';
}

export function isSequence(type: Type): type is ArrayType {
  return typeof type !== 'string' && (type.kind === 'list' || type.kind === 'set');
}

/** A type in Terraform's words: `map(string)`, `object({ id = string })`. */
export function typeInWords(type: Type): string {
  if (typeof type === 'string') return type;
  switch (type.kind) {
    case 'list':
    case 'set':
    case 'map':
      return `${type.kind}(${typeInWords(type.element)})`;
    case 'object': {
      const members = type.properties.map(({ name, type: inner }) => `${name} = ${typeInWords(inner)}`);
      return members.length === 0 ? 'object({})' : `object({ ${members.join(', ')} })`;
    }
    default:
      return 'any';
  }
}
