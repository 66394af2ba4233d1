import type { Input } from '../module/model.ts';
import type { Constraints } from '../module/type.ts';
import { type Check, type Checks, checksOf } from '../terraform/validation.ts';
import type { RuleId } from './table.ts';

/** Both versions of an input, with what their validations say among their constraints, and what is left of these. */
export interface ReadChecks {
  readonly slots: readonly [before: Input, after: Input];
  readonly rest: readonly [before: readonly Check[], after: readonly Check[]];
  /** Whether the validations alone refuse null. */
  readonly refusesNull: readonly [before: boolean, after: boolean];
}

/** Conditions that cannot be understood are left to be compared by their texts; of Bicep there are none. */
export function readChecks(before: Input, after: Input): ReadChecks {
  const [old, now] = [checksOf(before), checksOf(after)];
  // One pattern is a constraint; where there are several, which one is another's successor nobody can tell.
  const isPlain = [old, now].every(({ patterns }) => new Set(patterns.map(({ core }) => core)).size < 2);
  const constraintsOf = ({ pattern, ...others }: Constraints) =>
    isPlain ? { ...others, ...(pattern === undefined ? {} : { pattern }) } : others;
  const slotOf = ({ pattern, ...input }: Input, { constraints, patterns }: Checks): Input => ({
    ...input,
    ...(pattern === undefined || patterns.length > 0 ? {} : { pattern }),
    ...constraintsOf(constraints),
  });
  const restOf = ({ rest, patterns }: Checks) => (isPlain ? rest : [...rest, ...patterns]);
  // Who gets limits of which null is none is told of the limits.
  const isToldApart = hasAny(old.constraints) === hasAny(now.constraints);
  return {
    slots: [slotOf(before, old), slotOf(after, now)],
    rest: [restOf(old), restOf(now)],
    refusesNull: isToldApart ? [old.refusesNull, now.refusesNull] : [false, false],
  };
}

function hasAny(constraints: Constraints): boolean {
  return Object.keys(constraints).length > 0;
}

/**
 * Compares conditions that nobody but Terraform understands. What has the same text but for null, or the same message, is
 * the same check written in another way; everything else has come, or is gone.
 */
export function compareChecks(
  before: readonly Check[],
  after: readonly Check[],
  tell: (rule: RuleId, was: unknown, is: unknown) => void,
): void {
  let left: readonly [Check[], Check[]] = [distinct(before), distinct(after)];
  left = paired(
    left,
    ({ condition }) => condition,
    () => undefined,
  );
  const changed = (was: Check, is: Check) => tell('input-validation-changed', was.condition, is.condition);
  left = paired(left, ({ core }) => core, changed);
  const [gone, fresh] = paired(left, ({ message }) => message, changed);
  for (const { condition } of gone) tell('input-validation-removed', condition, undefined);
  for (const { condition } of fresh) tell('input-validation-added', undefined, condition);
}

/** Each once, in one order whichever version it is from. */
function distinct(checks: readonly Check[]): Check[] {
  const byText = new Map(checks.map((check) => [check.condition, check]));
  return [...byText.values()].sort((a, b) => (a.condition < b.condition ? -1 : 1));
}

/** Takes out pairs that have the same key, the first with the first, and gives what is left. */
function paired(
  [before, after]: readonly [Check[], Check[]],
  keyOf: (check: Check) => string | undefined,
  onPair: (before: Check, after: Check) => void,
): readonly [Check[], Check[]] {
  const waiting = Map.groupBy(after.toReversed(), keyOf);
  waiting.delete(undefined);
  const taken = new Set<Check>();
  for (const check of before) {
    const partner = waiting.get(keyOf(check))?.pop();
    if (partner === undefined) continue;
    onPair(check, partner);
    taken.add(check).add(partner);
  }
  return [before.filter((check) => !taken.has(check)), after.filter((check) => !taken.has(check))];
}
