import type { Type } from '../module/type.ts';
import { type Binary, type Call, type Expression, expressionText, literalValue } from './hcl/index.ts';

/** A variable whose values a condition is about. */
export interface Checked {
  readonly name: string;
  readonly type: Type;
}

/** What one part of a condition says about the values of its variable; null apart. */
export type Fact =
  | { readonly kind: 'allowed'; readonly values: readonly (string | number | boolean)[] }
  | { readonly kind: 'pattern'; readonly pattern: string }
  | { readonly kind: 'low' | 'high'; readonly of: 'Value' | 'Length'; readonly bound: Bound }
  | { readonly kind: 'not-null' };

export interface Bound {
  readonly value: number;
  /** Whether the value itself is refused. */
  readonly exclusive: boolean;
}

/** One of the conditions that hold together. */
export interface Part {
  /** Without a word about null. */
  readonly text: string;
  /** Whether null passes without a look. */
  readonly guarded: boolean;
  /** What it says; undefined when nobody but Terraform can tell. */
  readonly facts: readonly Fact[] | undefined;
}

/**
 * Takes a condition apart: `a && b` are two, and `var.x == null || …`, `var.x == null ? true : …` and `try(…, true)` let null
 * pass.
 */
export function partsOf(condition: Expression, checked: Checked): Part[] {
  const parts: Part[] = [];
  collect(condition, false, checked, parts);
  return parts;
}

function collect(expression: Expression, guarded: boolean, checked: Checked, parts: Part[]): void {
  const bare = withoutParentheses(expression);
  if (bare.kind === 'binary' && bare.operator === '&&') {
    collect(bare.left, guarded, checked, parts);
    collect(bare.right, guarded, checked, parts);
    return;
  }
  const strict = whenNotNull(bare, checked);
  if (strict !== undefined) {
    collect(strict, guarded, checked, parts);
    return;
  }
  const inner = guardedBy(bare, checked);
  if (inner === undefined) {
    parts.push({ text: expressionText(bare), guarded, facts: factsOf([bare], checked) });
  } else if (inner.length === 1) collect(inner[0]!, true, checked, parts);
  else {
    const text = inner.map(operandText).join(' || ');
    parts.push({ text, guarded: true, facts: factsOf(inner, checked) });
  }
}

function operandText(expression: Expression): string {
  const text = expressionText(expression);
  return expression.kind === 'conditional' ? `(${text})` : text;
}

/** `var.x == null ? false : …`: of null the condition says the same without these words. */
function whenNotNull(bare: Expression, checked: Checked): Expression | undefined {
  if (bare.kind !== 'conditional') return undefined;
  const { condition, whenTrue, whenFalse } = bare;
  if (isNullTest(condition, '==', checked) && literalValue(whenTrue)?.value === false) return whenFalse;
  const isStrict = isNullTest(condition, '!=', checked) && literalValue(whenFalse)?.value === false;
  return isStrict ? whenTrue : undefined;
}

/** What is looked at when the variable is not null, any of which must hold; undefined when null gets no pass. */
function guardedBy(bare: Expression, checked: Checked): readonly Expression[] | undefined {
  if (bare.kind === 'conditional') {
    const { condition, whenTrue, whenFalse } = bare;
    if (isNullTest(condition, '==', checked) && isTrue(whenTrue)) return [whenFalse];
    return isNullTest(condition, '!=', checked) && isTrue(whenFalse) ? [whenTrue] : undefined;
  }
  if (bare.kind === 'call' && bare.name === 'try' && bare.args.length === 2 && isTrue(bare.args[1]!))
    return [bare.args[0]!];
  const all = alternativesOf(bare);
  const others = all.filter((each) => !isNullTest(each, '==', checked));
  return others.length === 0 || others.length === all.length ? undefined : others;
}

/** `a || b || c` */
export function alternativesOf(expression: Expression): Expression[] {
  const found: Expression[] = [];
  const pending = [expression];
  for (let each = pending.pop(); each !== undefined; each = pending.pop()) {
    const bare = withoutParentheses(each);
    if (bare.kind === 'binary' && bare.operator === '||') pending.push(bare.right, bare.left);
    else found.push(bare);
  }
  return found;
}

/** What several conditions say of which one must hold: when each names values, all of those are allowed. */
function factsOf(any: readonly Expression[], checked: Checked): readonly Fact[] | undefined {
  const alternatives = any.flatMap(alternativesOf);
  if (alternatives.length === 1) return factsOfOne(alternatives[0]!, checked);
  const values: (string | number | boolean)[] = [];
  for (const each of alternatives) {
    const [fact] = factsOfOne(each, checked) ?? [];
    // Of a list the elements are meant, and `a` in all of them or `b` in all is not `a` or `b` in each.
    if (fact?.kind !== 'allowed' || typeof checked.type !== 'string') return undefined;
    values.push(...fact.values);
  }
  return [{ kind: 'allowed', values }];
}

function factsOfOne(expression: Expression, checked: Checked): readonly Fact[] | undefined {
  const { name, type } = checked;
  if (isNullTest(expression, '!=', checked)) return [{ kind: 'not-null' }];
  const isChecked = (each: Expression) => isVariable(each, name);
  const values = valuesNamed(expression, isChecked, type);
  if (values !== undefined) return [{ kind: 'allowed', values }];
  if (expression.kind === 'binary') return comparison(expression, checked);
  if (expression.kind !== 'call') return undefined;
  const pattern = patternIn(onlyArgument(expression, 'can'), 'regex', checked);
  if (pattern !== undefined) return [{ kind: 'pattern', pattern }];
  const ofElements = elementsNamed(onlyArgument(expression, 'alltrue'), checked);
  return ofElements && [{ kind: 'allowed', values: ofElements }];
}

/** `contains(["a", "b"], x)`, `x == "a"`, and such conditions of which one must hold. */
function valuesNamed(
  expression: Expression,
  isSubject: (expression: Expression) => boolean,
  type: Type,
): (string | number | boolean)[] | undefined {
  const values: unknown[] = [];
  for (const each of alternativesOf(expression)) {
    const named = containedIn(each, isSubject) ?? equalTo(each, isSubject);
    if (named === undefined) return undefined;
    values.push(...named);
  }
  // Terraform compares with values of the same type alone.
  const isOfType = (value: unknown): value is string | number | boolean =>
    typeof value === 'boolean'
      ? type === 'bool'
      : (typeof value === 'string' || typeof value === 'number') && type === typeof value;
  return values.length > 0 && values.every(isOfType) ? values : undefined;
}

function containedIn(
  expression: Expression,
  isSubject: (expression: Expression) => boolean,
): readonly unknown[] | undefined {
  if (expression.kind !== 'call' || expression.name !== 'contains' || expression.expand) return undefined;
  const [list, subject, more] = expression.args;
  if (list === undefined || subject === undefined || more !== undefined || !isSubject(subject))
    return undefined;
  const found = literalValue(list)?.value;
  return Array.isArray(found) ? found : undefined;
}

function equalTo(
  expression: Expression,
  isSubject: (expression: Expression) => boolean,
): readonly unknown[] | undefined {
  if (expression.kind !== 'binary' || expression.operator !== '==') return undefined;
  const { left, right } = expression;
  const other = isSubject(left) ? right : isSubject(right) ? left : undefined;
  const found = other && literalValue(other);
  return found && [found.value];
}

/** `[for v in var.x : contains([…], v)]` */
function elementsNamed(
  list: Expression | undefined,
  { name, type }: Checked,
): readonly (string | number | boolean)[] | undefined {
  if (list?.kind !== 'for' || list.result !== 'tuple' || list.keyName || list.condition) return undefined;
  if (typeof type === 'string' || (type.kind !== 'list' && type.kind !== 'set')) return undefined;
  if (!isVariable(list.collection, name)) return undefined;
  const element = list.valueName.name;
  const isElement = (each: Expression) => {
    const bare = withoutParentheses(each);
    return bare.kind === 'variable' && bare.name === element;
  };
  return valuesNamed(list.value, isElement, type.element);
}

/** `regex("…", var.x)` */
function patternIn(
  call: Expression | undefined,
  name: 'regex' | 'regexall',
  { name: variable, type }: Checked,
): string | undefined {
  if (call?.kind !== 'call' || call.name !== name || call.expand || type !== 'string') return undefined;
  const [pattern, subject, more] = call.args;
  if (subject === undefined || more !== undefined || !isVariable(subject, variable)) return undefined;
  return pattern?.kind === 'string' ? pattern.value : undefined;
}

type Comparison = '<' | '<=' | '>' | '>=' | '==' | '!=';
const mirrored: ReadonlyMap<string, Comparison> = new Map([
  ['<', '>'],
  ['<=', '>='],
  ['>', '<'],
  ['>=', '<='],
  ['==', '=='],
  ['!=', '!='],
] as const);

/** A comparison with a number, written either way round. */
function comparison(binary: Binary, checked: Checked): readonly Fact[] | undefined {
  const turned = mirrored.get(binary.operator);
  const operator = turned && mirrored.get(turned);
  if (turned === undefined || operator === undefined) return undefined;
  const [left, right] = [literalValue(binary.left)?.value, literalValue(binary.right)?.value];
  if (typeof right === 'number') return compared(binary.left, operator, right, checked);
  return typeof left === 'number' ? compared(binary.right, turned, left, checked) : undefined;
}

function compared(
  subject: Expression,
  operator: Comparison,
  value: number,
  checked: Checked,
): readonly Fact[] | undefined {
  const bare = withoutParentheses(subject);
  if (checked.type === 'number' && isVariable(bare, checked.name))
    return bounds('Value', operator, { value, exclusive: operator === '<' || operator === '>' });
  const measured = onlyArgument(bare, 'length');
  if (measured === undefined) return undefined;
  const pattern = patternIn(withoutParentheses(measured), 'regexall', checked);
  if (pattern !== undefined) {
    const isAny =
      (value === 0 && (operator === '>' || operator === '!=')) || (value === 1 && operator === '>=');
    return isAny ? [{ kind: 'pattern', pattern }] : undefined;
  }
  if (!hasLength(checked.type) || !isVariable(measured, checked.name)) return undefined;
  return bounds('Length', operator, { value: wholeBound(operator, value), exclusive: false });
}

/** Lengths are whole numbers. */
function wholeBound(operator: Comparison, value: number): number {
  if (operator === '>') return Math.floor(value) + 1;
  if (operator === '<') return Math.ceil(value) - 1;
  return operator === '>=' ? Math.ceil(value) : operator === '<=' ? Math.floor(value) : value;
}

function bounds(of: 'Value' | 'Length', operator: Comparison, bound: Bound): readonly Fact[] | undefined {
  const [low, high] = [
    { kind: 'low', of, bound },
    { kind: 'high', of, bound },
  ] as const;
  if (operator === '!=') return undefined;
  if (operator === '==') return [low, high];
  return operator.startsWith('<') ? [high] : [low];
}

/** Objects and tuples always have the same. */
function hasLength(type: Type): boolean {
  if (typeof type === 'string') return type === 'string';
  return type.kind === 'list' || type.kind === 'set' || type.kind === 'map';
}

function onlyArgument(expression: Expression, name: string): Expression | undefined {
  if (expression.kind !== 'call') return undefined;
  const { args, expand }: Call = expression;
  return expression.name === name && args.length === 1 && !expand ? args[0] : undefined;
}

/** `var.x == null`, either way round. */
function isNullTest(expression: Expression, operator: '==' | '!=', { name }: Checked): boolean {
  const bare = withoutParentheses(expression);
  if (bare.kind !== 'binary' || bare.operator !== operator) return false;
  const [left, right] = [withoutParentheses(bare.left), withoutParentheses(bare.right)];
  return (
    (isVariable(left, name) && right.kind === 'null') || (left.kind === 'null' && isVariable(right, name))
  );
}

function isTrue(expression: Expression): boolean {
  return literalValue(expression)?.value === true;
}

function isVariable(expression: Expression, name: string): boolean {
  const bare = withoutParentheses(expression);
  if (bare.kind !== 'traversal' || bare.source.kind !== 'variable' || bare.source.name !== 'var')
    return false;
  const [step, more] = bare.steps;
  return step?.kind === 'access' && step.name === name && more === undefined;
}

function withoutParentheses(expression: Expression): Expression {
  let bare = expression;
  while (bare.kind === 'parentheses') bare = bare.value;
  return bare;
}
