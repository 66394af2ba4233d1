import type { Problem } from '../../module/model.ts';
import { terraformTypeText } from '../../module/terraform-type-text.ts';
import type { Property, Type } from '../../module/type.ts';
import { literalValue } from '../hcl/index.ts';
import { type ObjectAttribute, parseTypeConstraint, type TypeConstraint } from '../type-constraint.ts';
import { type PlacedExpression, textOf } from './block.ts';

/** The type of a variable, and how it is written; a variable without one takes anything. */
export function readVariableType(placed: PlacedExpression | undefined): {
  readonly type: Type;
  readonly typeText: string;
  readonly problems: readonly Problem[];
} {
  if (placed === undefined) return { type: 'any', typeText: 'any', problems: [] };
  const parsed = parseTypeConstraint(placed.expression);
  const type = typeOf(parsed.type, placed);
  const problems = parsed.problems.map(({ message, ...range }) => ({
    message,
    at: placed.file.placeOf({ kind: 'problem', ...range }),
  }));
  return { type, typeText: shortened(placed, type), problems };
}

/** In one line where that is how it is written, or how it can be said without loss. */
function shortened({ expression, file }: PlacedExpression, type: Type): string {
  const { start, end } = expression;
  const text = expression.kind === 'string' ? expression.value : file.tree.text.slice(start, end);
  const written = text.replace(/^"(?:\$\{)?|\}?"$/g, '');
  return written.includes('\n') ? written.replaceAll(/\r\n/g, '\n') : written || terraformTypeText(type);
}

function typeOf(constraint: TypeConstraint, placed: PlacedExpression): Type {
  switch (constraint.kind) {
    case 'list':
    case 'set':
    case 'map':
      return { kind: constraint.kind, element: typeOf(constraint.element, placed) };
    case 'tuple':
      return { kind: 'tuple', elements: constraint.elements.map((element) => typeOf(element, placed)) };
    case 'object':
      return { kind: 'object', properties: constraint.attributes.map((each) => propertyOf(each, placed)) };
    default:
      return constraint.kind;
  }
}

function propertyOf(
  { name, type, optional, default: value }: ObjectAttribute,
  placed: PlacedExpression,
): Property {
  const known = value && literalValue(value);
  // `optional(string, null)` says what `optional(string)` says.
  const hasDefault = value !== undefined && value.kind !== 'null';
  return {
    name,
    type: typeOf(type, placed),
    required: !optional,
    ...(hasDefault
      ? { default: known ?? { expression: textOf({ expression: value, file: placed.file }) } }
      : {}),
  };
}
