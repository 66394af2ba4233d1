import { bareExpression } from '../bicep/syntax/index.ts';
import type { Input } from '../module/model.ts';
import type { Found } from './found.ts';
import { namedParts } from './named-part.ts';
import type { Slot } from './slot.ts';
import type { RuleId } from './table.ts';
import { compareSlots, type TypeComparison } from './type-difference.ts';

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
  const { both, removed, added } = namedParts(before, after);
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
  if (comparison.language === 'terraform' && before.default !== undefined && after.default !== undefined) {
    compareSlots(path, nullableApart(before), nullableApart(after), comparison);
    if (before.nullable !== after.nullable) {
      const [was, is] = [before.nullable ?? false, after.nullable ?? false];
      found.push({ rule: 'input-null-means-default', path, before: was, after: is });
    }
  } else if (comparison.language === 'bicep') {
    const old = asTaken(before);
    compareSlots(path, old, likeBefore(old, asTaken(after)), comparison);
  } else compareSlots(path, before, after, comparison);
  const tell = (rule: RuleId, was: unknown, is: unknown) =>
    found.push({ rule, path, before: was, after: is });
  if (before.ephemeral !== after.ephemeral) {
    const rule = after.ephemeral ? 'input-ephemeral-added' : 'input-ephemeral-removed';
    tell(rule, before.ephemeral ?? false, after.ephemeral ?? false);
  }
  if (before.deprecated !== after.deprecated) tell('input-deprecated', before.deprecated, after.deprecated);
  compareValidations(before, after, tell);
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

/** What null does to a Terraform variable that has a default is no matter of its type. */
function nullableApart({ nullable: _, ...input }: Input): Slot {
  return input;
}

function compareValidations(
  before: Input,
  after: Input,
  tell: (rule: RuleId, was: unknown, is: unknown) => void,
): void {
  const [old, now] = [before, after].map(({ validations = [] }) => [
    ...new Set(validations.map(({ condition }) => condition)),
  ]) as [string[], string[]];
  const gone = old.filter((condition) => !now.includes(condition));
  const fresh = now.filter((condition) => !old.includes(condition));
  for (let index = 0; index < Math.max(gone.length, fresh.length); index++) {
    const [was, is] = [gone[index], fresh[index]];
    if (was === undefined) tell('input-validation-added', was, is);
    else tell(is === undefined ? 'input-validation-removed' : 'input-validation-changed', was, is);
  }
}

function briefly({ typeText: type, required, default: value }: Input): unknown {
  return { type, required, ...(value === undefined ? {} : { default: value }) };
}
