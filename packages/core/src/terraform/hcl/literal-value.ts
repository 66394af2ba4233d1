import type { Expression, Identifier, ObjectExpression } from './node.ts';

/** A value as JSON has it. A number that one of JavaScript cannot hold exactly is the text of its digits. */
export type LiteralValue =
  | string
  | number
  | boolean
  | null
  | readonly LiteralValue[]
  | { readonly [name: string]: LiteralValue };

/** The value of an expression in which nothing has to be evaluated; undefined of any other. */
export function literalValue(expression: Expression): { readonly value: LiteralValue } | undefined {
  switch (expression.kind) {
    case 'string':
      // HCL normalises strings when it makes values of them.
      return { value: expression.value.normalize('NFC') };
    case 'number':
      return { value: exactNumber(expression.text) };
    case 'boolean':
      return { value: expression.value };
    case 'null':
      return { value: null };
    case 'parentheses':
      return literalValue(expression.value);
    case 'unary':
      return expression.operator === '-' ? negative(expression.operand) : negation(expression.operand);
    case 'tuple':
      return literalTuple(expression.items);
    case 'object':
      return literalObject(expression);
    default:
      return undefined;
  }
}

function negative(operand: Expression): { value: LiteralValue } | undefined {
  if (operand.kind === 'parentheses') return negative(operand.value);
  if (operand.kind !== 'number') return undefined;
  const value = exactNumber(operand.text);
  return { value: typeof value === 'number' ? 0 - value : `-${value}` };
}

function negation(operand: Expression): { value: LiteralValue } | undefined {
  if (operand.kind === 'parentheses') return negation(operand.value);
  return operand.kind === 'boolean' ? { value: !operand.value } : undefined;
}

function literalTuple(items: readonly Expression[]): { value: LiteralValue } | undefined {
  const values: LiteralValue[] = [];
  for (const item of items) {
    const literal = literalValue(item);
    if (literal === undefined) return undefined;
    values.push(literal.value);
  }
  return { value: values };
}

function literalObject({ items }: ObjectExpression): { value: LiteralValue } | undefined {
  const entries: [string, LiteralValue][] = [];
  for (const { key, value } of items) {
    const name = literalKey(key);
    const literal = literalValue(value);
    if (name === undefined || literal === undefined) return undefined;
    entries.push([name, literal.value]);
  }
  return { value: Object.fromEntries(entries) };
}

/** Keys are converted to text. */
function literalKey(key: Identifier | Expression): string | undefined {
  if (key.kind === 'identifier') return key.name;
  const value = literalValue(key)?.value;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? String(value)
    : undefined;
}

/** A number when it says the same as its digits, or else these. */
export function exactNumber(text: string): number | string {
  const value = Number(text);
  if (text.length <= 15 && /^\d+$/.test(text)) return value;
  return Number.isFinite(value) && sameDecimal(text, String(value)) ? value : text;
}

function sameDecimal(a: string, b: string): boolean {
  const [left, right] = [decimalOf(a), decimalOf(b)];
  return left.digits === right.digits && left.exponent === right.exponent;
}

/** A number as its digits without zeros around them, and the power of ten that they are multiplied with. */
function decimalOf(text: string): { digits: string; exponent: number } {
  const [, whole = '', fraction = '', exponent = '0'] = /^(\d*)(?:\.(\d*))?(?:[eE](.*))?$/.exec(text) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const kept = withoutTrailingZeros(digits);
  if (kept === '') return { digits: '', exponent: 0 };
  return { digits: kept, exponent: Number(exponent) - fraction.length + digits.length - kept.length };
}

function withoutTrailingZeros(digits: string): string {
  let end = digits.length;
  while (end > 0 && digits[end - 1] === '0') end--;
  return digits.slice(0, end);
}
