import { isObject } from '../json/index.ts';
import type { ModuleVariable } from '../module/model.ts';
import { typeText } from '../module/type-text.ts';
import { ruleFor } from './aspect-rule.ts';
import { defaultKey } from './default-value.ts';
import type { Found } from './found.ts';
import type { FunctionContext } from './function.ts';
import { byName, slotOf } from './slot.ts';
import { changeRules } from './table.ts';
import { type Aspect, compareSlots, newProgress, type TypeComparison } from './type-difference.ts';

/** Compares variables that others can import; `at` begins each path. */
export function compareVariables(
  before: readonly ModuleVariable[] = [],
  after: readonly ModuleVariable[] = [],
  at: string,
  context: FunctionContext,
  found: Found[],
): void {
  const [old, now] = [byName(before), byName(after)];
  for (const [name, variable] of old) {
    const other = now.get(name);
    const path = `${at}variables.${name}`;
    if (other === undefined) found.push({ rule: 'variable-removed', path, before: briefly(variable) });
    else compareVariable(path, variable, other, context, found);
  }
  for (const [name, variable] of now) {
    if (!old.has(name))
      found.push({ rule: 'variable-added', path: `${at}variables.${name}`, after: briefly(variable) });
  }
}

function compareVariable(
  path: string,
  before: ModuleVariable,
  after: ModuleVariable,
  context: FunctionContext,
  found: Found[],
): void {
  const [was, is] = [before.description, after.description];
  if (was !== is) found.push({ rule: 'variable-description', path, before: was, after: is });
  const comparison = context.comparisonFor('output', path);
  const unheard = { ...comparison, onShared: () => undefined };
  const isBroken = breaksReaders(path, before, after, context, comparison);
  if (isBroken || breaksReaders(path, after, before, swapped(context), unheard)) {
    const areTyped = before.type !== undefined && after.type !== undefined;
    const [old, now] = areTyped ? [before.type, after.type] : [briefly(before), briefly(after)];
    found.push({ rule: isBroken ? 'variable-type' : 'variable-value', path, before: old, after: now });
  } else if (defaultKey(before.value) !== defaultKey(after.value)) {
    found.push({ rule: 'variable-value', path, before: briefly(before), after: briefly(after) });
  }
}

function swapped({ types, ...context }: FunctionContext): FunctionContext {
  return { ...context, types: { before: types.after, after: types.before } };
}

/** What is imported is read, as outputs are. Without a word about the type the value tells. */
function breaksReaders(
  path: string,
  before: ModuleVariable,
  after: ModuleVariable,
  { language, types }: FunctionContext,
  {
    onShared,
    findRenames,
    relatePatterns,
  }: Pick<TypeComparison, 'onShared' | 'findRenames' | 'relatePatterns'>,
): boolean {
  if (before.type === undefined || after.type === undefined) return !isShapeKept(before, after);
  let isBroken = false;
  const note = (aspect: Aspect) => {
    isBroken ||= changeRules[ruleFor(aspect, new Set(['output'] as const))].class === 'breaking';
  };
  compareSlots(path, slotOf(before.type), slotOf(after.type), {
    language,
    ...types,
    progress: newProgress(),
    onShared,
    findRenames,
    relatePatterns,
    emit: ({ aspect }) => note(aspect),
  });
  return isBroken;
}

/** Whether who reads a value of the one finds what is read in the other; of expressions nobody knows. */
function isShapeKept({ value: before }: ModuleVariable, { value: after }: ModuleVariable): boolean {
  if (before === undefined || after === undefined || !('value' in before) || !('value' in after)) return true;
  return hasShape(before.value, after.value, 0);
}

/** How deep shapes are compared. */
const maxDepth = 50;

function hasShape(value: unknown, other: unknown, depth: number): boolean {
  if (depth === maxDepth) return true;
  if (Array.isArray(value) || Array.isArray(other)) return Array.isArray(value) && Array.isArray(other);
  if (!isObject(value) || !isObject(other))
    return typeof value === typeof other && (value !== null) === (other !== null);
  return Object.entries(value).every(
    ([name, each]) => Object.hasOwn(other, name) && hasShape(each, other[name], depth + 1),
  );
}

function briefly({ name, type, value }: ModuleVariable): unknown {
  if (value !== undefined) return 'value' in value ? value.value : value.expression;
  return type === undefined ? name : typeText(type);
}
