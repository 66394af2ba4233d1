/**
 * The type of a value, in the words of both languages. What says no more than its name is that name alone: `"string"`,
 * also `"object"` and `"array"` of anything.
 */
export type Type =
  | PlainType
  | ArrayType
  | TupleType
  | MapType
  | ObjectType
  | UnionType
  | DiscriminatedType
  | LiteralType
  | ReferenceType
  | ResourceType
  | RefinedType;

export type PlainType = 'string' | 'int' | 'number' | 'bool' | 'null' | 'any' | 'object' | 'array';

/** `array` is Bicep's; Terraform has lists and sets. */
export interface ArrayType {
  readonly kind: 'array' | 'list' | 'set';
  readonly element: Type;
}

export interface TupleType {
  readonly kind: 'tuple';
  readonly elements: readonly Type[];
  /** Of what may follow; absent when nothing may. */
  readonly rest?: Type;
}

/** Any keys, all values of one type. */
export interface MapType {
  readonly kind: 'map';
  readonly element: Type;
}

export interface ObjectType {
  readonly kind: 'object';
  readonly properties: readonly Property[];
  /** Of properties that have no name here; absent when the language takes them without looking, or not at all. */
  readonly additional?: Type;
  /** Whether other properties are refused. */
  readonly sealed?: true;
}

export interface UnionType {
  readonly kind: 'union';
  readonly members: readonly Type[];
}

/** Objects that are told apart by the value of one property. */
export interface DiscriminatedType {
  readonly kind: 'discriminated';
  readonly property: string;
  readonly variants: readonly { readonly value: string; readonly type: Type }[];
}

export interface LiteralType {
  readonly kind: 'literal';
  readonly value: string | number | boolean;
}

/** One of the types of the interface, by its name. */
export interface ReferenceType {
  readonly kind: 'reference';
  readonly name: string;
}

/** What a resource provider says about a type of resource, or about a part of it: `Microsoft.KeyVault/vaults@2024-11-01`. */
export interface ResourceType {
  readonly kind: 'resource';
  readonly direction: 'input' | 'output';
  readonly resource: string;
  /** The part of the resource, by names of properties: `properties/siteConfig`; an element or any name is `*`. */
  readonly path?: string;
  /** What the compiler writes for it. */
  readonly base?: Type;
}

/** A type that takes fewer values than its name says, where there is no name to hang that on: an element, a member. */
export interface RefinedType extends Constraints {
  readonly kind: 'refined';
  readonly type: Type;
}

/**
 * What a value must be besides being of its type. Of an array `allowed` limits the elements, unless arrays are
 * among what is allowed. That is JSON: literals mostly, in Bicep also objects and arrays of them.
 */
export interface Constraints {
  /** False when its named type may be null and it may not. */
  readonly nullable?: boolean;
  readonly secure?: true;
  readonly allowed?: readonly unknown[];
  readonly minValue?: number;
  readonly maxValue?: number;
  /** Whether `minValue` itself is refused; Terraform alone. */
  readonly minExclusive?: true;
  readonly maxExclusive?: true;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
}

export type Literal = string | number | boolean | null;

export interface Property extends Constraints {
  readonly name: string;
  readonly type: Type;
  readonly required: boolean;
  /** Of Terraform's `optional(type, default)`. */
  readonly default?: Default;
  readonly description?: string;
}

/** A value that takes effect when none is given: known, or an expression in the language of the module. */
export type Default = { readonly value: unknown } | { readonly expression: string };
