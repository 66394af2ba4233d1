import type { SyntaxNode } from '../../syntax/index.ts';
import type { Decorator, IfBody, ResourceStatement } from './statement-node.ts';

export type * from './statement-node.ts';

export interface Node<Kind extends string> extends SyntaxNode {
  readonly kind: Kind;
}

/** Where something should be that is not there; it has no width. A problem says what. */
export type Missing = Node<'missing'>;

/** A name; empty and without width where one is missing. */
export interface Identifier extends Node<'identifier'> {
  readonly name: string;
}

// Expressions

export type Expression =
  | IntegerLiteral
  | BooleanLiteral
  | NullLiteral
  | StringLiteral
  | ArrayLiteral
  | ObjectLiteral
  | ForLoop
  | Variable
  | Call
  | Member
  | Index
  | NestedResource
  | NonNull
  | Unary
  | Binary
  | Conditional
  | Parenthesized
  | Lambda
  | Missing;

export interface IntegerLiteral extends Node<'integer'> {
  /** A bigint where a number would not be exact. */
  readonly value: number | bigint;
}

export interface BooleanLiteral extends Node<'boolean'> {
  readonly value: boolean;
}

export type NullLiteral = Node<'null'>;

/** `'a${b}c'` has the segments `a` and `c` around the expression `b`. */
export interface StringLiteral extends Node<'string'> {
  /** Written with three quotes. */
  readonly multiline: boolean;
  /** What stands between the expressions, with escapes resolved: always one more than expressions. */
  readonly segments: readonly string[];
  readonly expressions: readonly Expression[];
}

export interface ArrayLiteral extends Node<'array'> {
  readonly items: readonly (Expression | Spread)[];
}

export interface ObjectLiteral extends Node<'object'> {
  /** Resources only in the body of a resource. */
  readonly members: readonly (Property | Spread | ResourceStatement | Missing)[];
}

export interface Property extends Node<'property'> {
  readonly key: Identifier | StringLiteral;
  readonly value: Expression;
}

/** `...expression` */
export interface Spread extends Node<'spread'> {
  readonly expression: Expression;
}

/** `[for item in collection: body]`, `[for (item, index) in collection: body]` */
export interface ForLoop extends Node<'for'> {
  readonly item: Identifier;
  readonly index: Identifier | undefined;
  readonly collection: Expression;
  /** A condition only in the body of a resource or module. */
  readonly body: Expression | IfBody;
}

/** The name of anything: a variable, parameter, resource, namespace … */
export interface Variable extends Node<'variable'> {
  readonly name: string;
}

/** `name(…)`, `base.name(…)` */
export interface Call extends Node<'call'> {
  readonly base: Expression | undefined;
  readonly name: Identifier;
  readonly arguments: readonly Expression[];
}

/** `base.name`, `base.?name` */
export interface Member extends Node<'member'> {
  readonly base: Expression;
  readonly name: Identifier;
  readonly safe: boolean;
}

/** `base[index]`, `base[?index]`, `base[^index]` */
export interface Index extends Node<'index'> {
  readonly base: Expression;
  readonly index: Expression;
  readonly safe: boolean;
  readonly fromEnd: boolean;
}

/** `base::name` */
export interface NestedResource extends Node<'nested-resource'> {
  readonly base: Expression;
  readonly name: Identifier;
}

/** `expression!` */
export interface NonNull extends Node<'non-null'> {
  readonly expression: Expression;
}

export type UnaryOperator = '-' | '!';

export interface Unary extends Node<'unary'> {
  readonly operator: UnaryOperator;
  readonly operand: Expression;
}

export type BinaryOperator =
  | '%'
  | '*'
  | '/'
  | '+'
  | '-'
  | '>'
  | '>='
  | '<'
  | '<='
  | '=='
  | '!='
  | '=~'
  | '!~'
  | '&&'
  | '||'
  | '??';

export interface Binary extends Node<'binary'> {
  readonly operator: BinaryOperator;
  readonly left: Expression;
  readonly right: Expression;
}

/** `condition ? whenTrue : whenFalse` */
export interface Conditional extends Node<'conditional'> {
  readonly condition: Expression;
  readonly whenTrue: Expression;
  readonly whenFalse: Expression;
}

export interface Parenthesized extends Node<'parenthesized'> {
  readonly expression: Expression;
}

/** `a => body`, `(a, b) => body` */
export interface Lambda extends Node<'lambda'> {
  readonly parameters: readonly Identifier[];
  readonly body: Expression;
}

// Types

export type Type =
  | IntegerLiteral
  | BooleanLiteral
  | NullLiteral
  | StringLiteral
  | NamedType
  | GenericType
  | ResourceType
  | ObjectType
  | TupleType
  | ArrayType
  | UnionType
  | NullableType
  | NonNullType
  | UnaryType
  | ParenthesizedType
  | MemberType
  | IndexType
  | ItemType
  | AdditionalPropertiesType
  | Missing;

export interface NamedType extends Node<'named-type'> {
  readonly name: string;
}

/** `name<'…'>`, `base.name<'…'>` */
export interface GenericType extends Node<'generic-type'> {
  readonly base: Type | undefined;
  readonly name: Identifier;
  readonly arguments: readonly Type[];
}

/** `resource 'type@version'`; an output may leave out the type */
export interface ResourceType extends Node<'resource-type'> {
  readonly type: StringLiteral | Missing | undefined;
}

export interface ObjectType extends Node<'object-type'> {
  readonly members: readonly (PropertyType | AdditionalProperties)[];
}

export interface PropertyType extends Node<'property-type'> {
  readonly decorators: readonly Decorator[];
  readonly key: Identifier | StringLiteral;
  readonly type: Type;
}

/** `*: type` */
export interface AdditionalProperties extends Node<'additional-properties'> {
  readonly decorators: readonly Decorator[];
  readonly type: Type;
}

export interface TupleType extends Node<'tuple-type'> {
  readonly items: readonly TupleItem[];
}

export interface TupleItem extends Node<'tuple-item'> {
  readonly decorators: readonly Decorator[];
  readonly type: Type;
}

/** `item[]` */
export interface ArrayType extends Node<'array-type'> {
  readonly item: Type;
}

export interface UnionType extends Node<'union-type'> {
  readonly members: readonly Type[];
}

/** `type?` */
export interface NullableType extends Node<'nullable-type'> {
  readonly type: Type;
}

/** `type!` */
export interface NonNullType extends Node<'non-null-type'> {
  readonly type: Type;
}

export interface UnaryType extends Node<'unary-type'> {
  readonly operator: UnaryOperator;
  readonly operand: Type;
}

export interface ParenthesizedType extends Node<'parenthesized-type'> {
  readonly type: Type;
}

/** `base.name` */
export interface MemberType extends Node<'member-type'> {
  readonly base: Type;
  readonly name: Identifier;
}

/** `base[0]` */
export interface IndexType extends Node<'index-type'> {
  readonly base: Type;
  readonly index: Expression;
}

/** `base[*]` */
export interface ItemType extends Node<'item-type'> {
  readonly base: Type;
}

/** `base.*` */
export interface AdditionalPropertiesType extends Node<'additional-properties-type'> {
  readonly base: Type;
}
