import type { ObjectType, Type } from '../../module/type.ts';
import type { LiteralValue } from '../hcl/index.ts';

/** Whether Terraform makes a value of this type of a literal; true as well where that cannot be told. */
export function isConvertible(value: LiteralValue, type: Type): boolean {
  // Null is of any type.
  if (value === null || type === 'any') return true;
  if (typeof type === 'string') return isPlain(value, type);
  switch (type.kind) {
    case 'list':
    case 'set':
      return Array.isArray(value) && value.every((item: LiteralValue) => isConvertible(item, type.element));
    case 'tuple':
      return (
        Array.isArray(value) &&
        value.length === type.elements.length &&
        value.every((item: LiteralValue, index) => isConvertible(item, type.elements[index]!))
      );
    case 'map':
      return isObject(value) && Object.values(value).every((item) => isConvertible(item, type.element));
    case 'object':
      return isObject(value) && isObjectOf(value, shapeOf(type));
    default:
      return true;
  }
}

type LiteralObject = { readonly [name: string]: LiteralValue };

function isObject(value: LiteralValue): value is LiteralObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface Shape {
  readonly required: readonly string[];
  readonly types: ReadonlyMap<string, Type>;
}

/** Of types that were seen: there may be as many values of one as it has properties. */
const shapes = new WeakMap<ObjectType, Shape>();

function shapeOf(type: ObjectType): Shape {
  const known = shapes.get(type);
  if (known !== undefined) return known;
  const shape = {
    required: type.properties.filter(({ required }) => required).map(({ name }) => name),
    types: new Map(type.properties.map((property) => [property.name, property.type])),
  };
  shapes.set(type, shape);
  return shape;
}

/** What has more properties than its type loses them. */
function isObjectOf(value: LiteralObject, { required, types }: Shape): boolean {
  return (
    required.every((name) => Object.hasOwn(value, name)) &&
    Object.entries(value).every(([name, item]) => isConvertible(item, types.get(name) ?? 'any'))
  );
}

function isPlain(value: LiteralValue, type: Type): boolean {
  if (typeof value === 'object') return false;
  if (type === 'number') {
    if (typeof value !== 'string') return typeof value === 'number';
    return /^[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?$/.test(value) || /inf/i.test(value);
  }
  if (type !== 'bool' || typeof value === 'boolean') return true;
  return typeof value === 'string' && /^(?:true|false|0|1)$/.test(value);
}
