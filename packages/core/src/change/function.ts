import type { Module, ModuleFunction } from '../module/model.ts';
import { typeText } from '../module/type-text.ts';
import { ruleFor } from './aspect-rule.ts';
import { defaultKey } from './default-value.ts';
import type { Found } from './found.ts';
import type { ComparisonFor } from './input.ts';
import { byName, slotOf, type Types } from './slot.ts';
import { changeRules, type RuleId } from './table.ts';
import { compareSlots, newProgress, type TypeComparison } from './type-difference.ts';

/** Both versions of the types, and what is told of those that functions use. */
export interface FunctionContext {
  readonly language: Module['language'];
  readonly types: { readonly before: Types; readonly after: Types };
  readonly comparisonFor: ComparisonFor<'input' | 'output'>;
}

/** Compares what others can call; `at` begins each path. */
export function compareFunctions(
  before: readonly ModuleFunction[],
  after: readonly ModuleFunction[],
  at: string,
  context: FunctionContext,
  found: Found[],
): void {
  const [old, now] = [before, after].map((all) => byName(all.filter(({ exported }) => exported))) as [
    Map<string, ModuleFunction>,
    Map<string, ModuleFunction>,
  ];
  for (const [name, each] of old) {
    const other = now.get(name);
    const path = `${at}functions.${name}`;
    if (other === undefined) found.push({ rule: 'function-removed', path, before: signature(each) });
    else compareFunction(path, each, other, context, found);
  }
  for (const [name, each] of now) {
    if (old.has(name)) continue;
    found.push({ rule: 'function-added', path: `${at}functions.${name}`, after: signature(each) });
  }
}

function compareFunction(
  path: string,
  before: ModuleFunction,
  after: ModuleFunction,
  { language, types, comparisonFor }: FunctionContext,
  found: Found[],
): void {
  const { onShared, findRenames, relatePatterns } = comparisonFor('input', path);
  const onGiven = comparisonFor('output', path).onShared;
  const base = { language, ...types, findRenames, relatePatterns };
  const isBroken = breaks(before, after, base, { input: onShared, output: onGiven });
  const back = { language, before: types.after, after: types.before, findRenames, relatePatterns };
  const wasBroken = breaks(after, before, back, { input: () => undefined, output: () => undefined });
  const rule = ruleOf(isBroken, wasBroken);
  if (rule !== undefined) found.push({ rule, path, before: signature(before), after: signature(after) });
  else if (valueKey(before) !== valueKey(after)) {
    found.push({ rule: 'function-value', path, before: valueOf(before), after: valueOf(after) });
  }
  const [was, is] = [before.description, after.description];
  if (was !== is) found.push({ rule: 'function-description', path, before: was, after: is });
}

/** What breaks callers in one direction only is good news in the other. */
function ruleOf(isBroken: boolean, wasBroken: boolean): RuleId | undefined {
  if (isBroken) return wasBroken ? 'function-changed' : 'function-narrowed';
  return wasBroken ? 'function-widened' : undefined;
}

/** Whether who calls the one fails with the other; the names of parameters do not matter. */
function breaks(
  before: ModuleFunction,
  after: ModuleFunction,
  base: Pick<TypeComparison, 'language' | 'before' | 'after' | 'findRenames' | 'relatePatterns'>,
  onShared: Readonly<Record<'input' | 'output', TypeComparison['onShared']>>,
): boolean {
  if (before.parameters.length !== after.parameters.length) return true;
  let isBroken = false;
  const comparisonOf = (role: 'input' | 'output'): TypeComparison => ({
    ...base,
    progress: newProgress(),
    onShared: onShared[role],
    emit: ({ aspect }) => {
      isBroken ||= changeRules[ruleFor(aspect, new Set([role]))].class === 'breaking';
    },
  });
  for (const [index, { type }] of before.parameters.entries()) {
    compareSlots('', slotOf(type), slotOf(after.parameters[index]!.type), comparisonOf('input'));
  }
  compareSlots('', slotOf(before.returns), slotOf(after.returns), comparisonOf('output'));
  return isBroken;
}

function valueOf({ value = { value: undefined } }: ModuleFunction): unknown {
  return 'value' in value ? value.value : value.expression;
}

/** The same for expressions that differ in layout, or in the names of parameters and of those of lambdas alone. */
function valueKey({ value, parameters }: ModuleFunction): string {
  if (value === undefined || 'value' in value) return defaultKey(value);
  const tokens = defaultKey(value).split('\n');
  const places = new Map(parameters.map(({ name }, index) => [name, `#${index}`]));
  for (const name of lambdaNames(tokens)) if (!places.has(name)) places.set(name, `#${places.size}`);
  return tokens.map((token, at) => places.get(nameAt(tokens, at) ?? '') ?? token).join('\n');
}

/** Names before an arrow, and those that templates have as texts: `lambda('x', lambdaVariables('x'))`. */
function lambdaNames(tokens: readonly string[]): string[] {
  return tokens.flatMap((token, at) => {
    if (token === 'lambda' && tokens[at + 1] === '(') return quoted(tokens, at + 2);
    if (token !== '=>') return [];
    if (tokens[at - 1] !== ')') return tokens.slice(at - 1, at);
    return tokens.slice(tokens.lastIndexOf('(', at) + 1, at - 1).filter((each) => each !== ',');
  });
}

function quoted(tokens: readonly string[], from: number): string[] {
  const names: string[] = [];
  for (let at = from; tokens[at]?.startsWith("'") && tokens[at + 1] === ','; at += 2)
    names.push(tokens[at]!.slice(1, -1));
  return names;
}

/** The name that a token has of something given: not that of a property, a key or a function. */
function nameAt(tokens: readonly string[], at: number): string | undefined {
  const [token, last, next] = [tokens[at]!, tokens[at - 1], tokens[at + 1]];
  if (token.startsWith("'")) return isNamed(tokens, at) ? token.slice(1, -1) : undefined;
  const isKey = next === ':' && (last === '{' || last === ',');
  return last === '.' || next === '(' || isKey ? undefined : token;
}

/** Whether a template names something by a text: `parameters('x')`. */
function isNamed(tokens: readonly string[], at: number): boolean {
  let first = at;
  while (tokens[first - 1] === ',' && tokens[first - 2]?.startsWith("'")) first -= 2;
  const [call, open] = [tokens[first - 2], tokens[first - 1]];
  if (open !== '(') return false;
  return call === 'lambda' || (first === at && (call === 'parameters' || call === 'lambdaVariables'));
}

function signature({ parameters, returns }: ModuleFunction): string {
  return `(${parameters.map(({ type }) => typeText(type)).join(', ')}) → ${typeText(returns)}`;
}
