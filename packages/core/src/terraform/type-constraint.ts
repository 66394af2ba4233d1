import type { SourceRange, SyntaxProblem } from '../syntax/index.ts';
import { embedded, type PlaceOf } from './hcl/embedded.ts';
import {
  type Call,
  type Expression,
  type ObjectItem,
  parseHclExpression,
  type StringLiteral,
} from './hcl/index.ts';

/** The type of a variable, as it is written. Places are those of the expression. */
export type TypeConstraint = PrimitiveType | CollectionType | ObjectType | TupleType;

export interface PrimitiveType extends SourceRange {
  readonly kind: 'string' | 'number' | 'bool' | 'any';
}

export interface CollectionType extends SourceRange {
  readonly kind: 'list' | 'set' | 'map';
  readonly element: TypeConstraint;
}

export interface ObjectType extends SourceRange {
  readonly kind: 'object';
  /** In the order of the text. */
  readonly attributes: readonly ObjectAttribute[];
}

export interface ObjectAttribute extends SourceRange {
  readonly name: string;
  readonly type: TypeConstraint;
  readonly optional: boolean;
  /** What an optional attribute is when it is not given; undefined when that is null. */
  readonly default: Expression | undefined;
}

export interface TupleType extends SourceRange {
  readonly kind: 'tuple';
  readonly elements: readonly TypeConstraint[];
}

export interface ParsedType {
  readonly type: TypeConstraint;
  readonly problems: readonly SyntaxProblem[];
}

/**
 * Reads the value of a variable's `type`. What is not a type becomes `any`, and a problem. In the JSON syntax the expression
 * stands in a string; behind escapes its parts have the place of the whole string.
 */
export function parseTypeConstraint(expression: Expression): ParsedType {
  const problems: SyntaxProblem[] = [];
  if (expression.kind === 'string' && expression.form === 'json')
    return { type: typeInString(problems, expression), problems };
  return { type: wholeType(problems, expression), problems };
}

function typeInString(problems: SyntaxProblem[], { start, end, value }: StringLiteral): TypeConstraint {
  const exact = end - start - 2 === value.length;
  const placeOf: PlaceOf = (offset, edge) => {
    if (exact) return start + 1 + offset;
    return edge === 'start' ? start : end;
  };
  const inner = embedded(parseHclExpression(value), placeOf);
  problems.push(...inner.problems);
  return inner.problems.length > 0 ? { kind: 'any', start, end } : wholeType(problems, inner.root);
}

/** A type by itself can also be `list` and `map`, as before Terraform 0.12. */
function wholeType(problems: SyntaxProblem[], expression: Expression): TypeConstraint {
  const { start, end } = expression;
  if (expression.kind === 'variable' && (expression.name === 'list' || expression.name === 'map'))
    return { kind: expression.name, start, end, element: { kind: 'any', start, end } };
  return typeOf(problems, expression);
}

function complain(problems: SyntaxProblem[], { start, end }: SourceRange, message: string): PrimitiveType {
  problems.push({ start, end, message });
  return { kind: 'any', start, end };
}

function typeOf(problems: SyntaxProblem[], expression: Expression): TypeConstraint {
  if (expression.kind === 'variable') return namedType(problems, expression, expression.name);
  if (expression.kind === 'call') return constructedType(problems, expression);
  if (expression.kind === 'missing') return complain(problems, expression, 'a type is missing');
  if (expression.kind === 'string') return complain(problems, expression, 'a type is written without quotes');
  return complain(problems, expression, 'this is not a type');
}

function namedType(problems: SyntaxProblem[], { start, end }: SourceRange, name: string): TypeConstraint {
  switch (name) {
    case 'string':
    case 'number':
    case 'bool':
    case 'any':
      return { kind: name, start, end };
    case 'list':
    case 'set':
    case 'map':
      return complain(problems, { start, end }, `"${name}" needs the type of its elements: ${name}(string)`);
    case 'object':
      return complain(problems, { start, end }, '"object" needs its attributes: object({ name = string })');
    case 'tuple':
      return complain(
        problems,
        { start, end },
        '"tuple" needs the types of its elements: tuple([string, number])',
      );
    default:
      return complain(problems, { start, end }, `there is no type "${name}"`);
  }
}

function constructedType(problems: SyntaxProblem[], call: Call): TypeConstraint {
  const { name, args } = call;
  switch (name) {
    case 'list':
    case 'set':
    case 'map':
      return collectionType(problems, call, name);
    case 'object':
      return objectType(problems, call);
    case 'tuple':
      return tupleType(problems, call);
    case 'string':
    case 'number':
    case 'bool':
    case 'any':
      return complain(problems, call, `"${name}" takes nothing in parentheses`);
    case 'optional':
      return complain(problems, call, 'only an attribute of an object can be optional');
    default:
      return complain(problems, call, `there is no type "${name}" with ${args.length} arguments`);
  }
}

function collectionType(
  problems: SyntaxProblem[],
  { start, end, args }: Call,
  kind: CollectionType['kind'],
): TypeConstraint {
  const [element] = args;
  if (element === undefined || args.length > 1)
    return complain(problems, { start, end }, `"${kind}" takes one type, that of its elements`);
  return { kind, start, end, element: typeOf(problems, element) };
}

function tupleType(problems: SyntaxProblem[], { start, end, args }: Call): TypeConstraint {
  const [elements] = args;
  if (elements?.kind !== 'tuple' || args.length > 1)
    return complain(problems, { start, end }, '"tuple" takes a list of types: tuple([string, number])');
  return { kind: 'tuple', start, end, elements: elements.items.map((item) => typeOf(problems, item)) };
}

function objectType(problems: SyntaxProblem[], { start, end, args }: Call): TypeConstraint {
  const [attributes] = args;
  if (attributes?.kind !== 'object' || args.length > 1)
    return complain(problems, { start, end }, '"object" takes its attributes: object({ name = string })');
  const byName = new Map<string, ObjectAttribute>();
  for (const item of attributes.items) {
    const attribute = objectAttribute(problems, item);
    if (attribute === undefined) continue;
    if (byName.has(attribute.name))
      complain(problems, item.key, `the attribute "${attribute.name}" is there twice`);
    byName.set(attribute.name, attribute);
  }
  return { kind: 'object', start, end, attributes: [...byName.values()] };
}

function objectAttribute(
  problems: SyntaxProblem[],
  { start, end, key, value }: ObjectItem,
): ObjectAttribute | undefined {
  if (key.kind !== 'identifier') {
    complain(problems, key, 'the name of an attribute is written without quotes');
    return undefined;
  }
  const { name } = key;
  if (value.kind !== 'call' || value.name !== 'optional')
    return { start, end, name, type: typeOf(problems, value), optional: false, default: undefined };
  const [type, fallback] = value.args;
  if (type === undefined || value.args.length > 2) {
    complain(problems, value, '"optional" takes a type and, if there is one, a default');
    return { start, end, name, type: { kind: 'any', start, end }, optional: true, default: undefined };
  }
  return { start, end, name, type: typeOf(problems, type), optional: true, default: fallback };
}
