import { bareExpression } from '../bicep/syntax/index.ts';
import type { Input } from '../module/model.ts';
import type { Found } from './found.ts';
import { namedParts } from './named-part.ts';
import type { Slot } from './slot.ts';
import type { RuleId } from './table.ts';
import { compareSlots, type TypeComparison } from './type-difference.ts';
import { compareChecks, readChecks } from './validation.ts';

/** Makes a comparison whose differences are told of an input, an output or a function at this path. */
export type ComparisonFor<Role extends string> = (role: Role, path: string) => TypeComparison;

/** Compares what users give; `at` begins each path. */
export function compareInputs(
  before: readonly Input[],
  after: readonly Input[],
  at: string,
  comparisonFor: ComparisonFor<'input'>,
  found: Found[],
): void {
  const { both, removed, added } = namedParts(before, after, comparisonFor('input', at).findRenames);
  for (const [input, other] of both) {
    const path = `${at}inputs.${input.name}`;
    if (input.name !== other.name) {
      found.push({ rule: 'input-renamed', path, before: input.name, after: other.name });
    }
    compareInput(path, input, other, comparisonFor('input', path), found);
  }
  for (const input of removed) {
    found.push({ rule: 'input-removed', path: `${at}inputs.${input.name}`, before: briefly(input) });
  }
  for (const input of added) {
    const rule = input.required ? 'input-required-added' : 'input-optional-added';
    found.push({ rule, path: `${at}inputs.${input.name}`, after: briefly(input) });
  }
}

function compareInput(
  path: string,
  before: Input,
  after: Input,
  comparison: TypeComparison,
  found: Found[],
): void {
  const tell = (rule: RuleId, was: unknown, is: unknown) =>
    found.push({ rule, path, before: was, after: is });
  if (comparison.language === 'terraform') compareVariable(path, before, after, comparison, tell);
  else {
    const old = asTaken(before);
    compareSlots(path, old, likeBefore(old, asTaken(after)), comparison);
  }
  if (before.ephemeral !== after.ephemeral) {
    const rule = after.ephemeral ? 'input-ephemeral-added' : 'input-ephemeral-removed';
    tell(rule, before.ephemeral ?? false, after.ephemeral ?? false);
  }
  if (before.deprecated !== after.deprecated) tell('input-deprecated', before.deprecated, after.deprecated);
}

/** Null is taken for each Bicep parameter that has a default, which then takes effect; null as the default says no more. */
function asTaken(input: Input): Slot {
  const { default: fallback, ...others } = input;
  if (fallback === undefined) return others;
  const isNull = 'value' in fallback && fallback.value === null;
  return { ...others, nullable: true, ...(isNull ? {} : { default: fallback }) };
}

/** Expressions that differ by how they are laid out alone are the same. */
function likeBefore({ default: was }: Slot, after: Slot): Slot {
  const { default: is } = after;
  if (was === undefined || is === undefined || !('expression' in was) || !('expression' in is)) return after;
  if (was.expression === is.expression) return after;
  return bareExpression(was.expression) === bareExpression(is.expression)
    ? { ...after, default: was }
    : after;
}

/** A variable of Terraform: where both have a default, what null does there is no matter of its type. */
function compareVariable(
  path: string,
  before: Input,
  after: Input,
  comparison: TypeComparison,
  tell: (rule: RuleId, was: unknown, is: unknown) => void,
): void {
  const { slots, rest, changed, refusesNull } = readChecks(before, after);
  const hasDefaults = before.default !== undefined && after.default !== undefined;
  const [old, now] = slots.map(({ nullable, ...slot }, index): Slot => {
    const takesNull = nullable === true && !hasDefaults && refusesNull[index] !== true;
    return { ...slot, ...(takesNull ? { nullable } : {}) };
  }) as [Slot, Slot];
  compareSlots(path, old, now, comparison);
  const [was, is] = [before.nullable ?? false, after.nullable ?? false];
  const [refused, refuses] = refusesNull;
  if (hasDefaults && refused !== refuses)
    tell(refuses ? 'input-nullable-removed' : 'input-nullable-added', !refused, !refuses);
  else if (hasDefaults && was !== is) tell('input-null-means-default', was, is);
  for (const pair of changed) tell('input-validation-changed', ...pair);
  compareChecks(...rest, tell);
}

function briefly({ typeText: type, required, default: value }: Input): unknown {
  return { type, required, ...(value === undefined ? {} : { default: value }) };
}
