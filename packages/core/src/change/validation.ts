import type { Input } from '../module/model.ts';
import type { Constraints } from '../module/type.ts';
import { alternativesOf } from '../terraform/condition.ts';
import { expressionText, parseHclExpression } from '../terraform/hcl/index.ts';
import {
  type Check,
  type Checks,
  checksOf,
  type PatternCheck,
  type StatedCheck,
  statedChecks,
} from '../terraform/validation.ts';
import type { RuleId } from './table.ts';

/** Both versions of an input, with what their validations say among their constraints, and what is left of these. */
export interface ReadChecks {
  readonly slots: readonly [before: Input, after: Input];
  readonly rest: readonly [before: readonly Check[], after: readonly Check[]];
  /** Conditions that are written in another way, of which nobody can tell whether they refuse more. */
  readonly changed: readonly (readonly [before: string, after: string])[];
  /** Whether the validations alone refuse null. */
  readonly refusesNull: readonly [before: boolean, after: boolean];
}

/** Conditions that cannot be understood are left to be compared by their texts; of Bicep there are none. */
export function readChecks(before: Input, after: Input): ReadChecks {
  const stated = [statedChecks(underName(before, after.name)), statedChecks(after)] as const;
  const { aside, changed } = restated(...stated);
  const [old, now] = stated.map((checks, side) =>
    checksOf(checks.filter(({ condition }) => !aside[side]!.has(condition))),
  ) as [Checks, Checks];
  const compared = comparedPatterns(old.patterns, now.patterns);
  const isCompared = (check: PatternCheck) => compared.has(check.core);
  const slotOf = (input: Input, { constraints, patterns }: Checks): Input => {
    const { pattern: _, ...others } = { ...input, ...constraints };
    const pattern = patterns.length === 0 ? input.pattern : patterns.find(isCompared)?.pattern;
    return { ...others, ...(pattern === undefined ? {} : { pattern }) };
  };
  const restOf = ({ rest, patterns }: Checks) => [...rest, ...patterns.filter((each) => !isCompared(each))];
  // Who gets limits of which null is none is told of the limits.
  const isToldApart = hasAny(old.constraints) === hasAny(now.constraints);
  return {
    changed,
    slots:
      changed.length === 0
        ? [slotOf(before, old), slotOf(after, now)]
        : [slotOf(withoutLimits(before), old), slotOf(withoutLimits(after), now)],
    rest: [restOf(old), restOf(now)],
    refusesNull: isToldApart ? [old.refusesNull, now.refusesNull] : [false, false],
  };
}

/**
 * The texts of conditions whose patterns are constraints: one is, and of several those that alone are another one. Which of
 * several others is the successor of which nobody can tell.
 */
function comparedPatterns(
  before: readonly PatternCheck[],
  after: readonly PatternCheck[],
): ReadonlySet<string> {
  const [old, now] = [before, after].map((checks) => new Set(checks.map(({ core }) => core))) as [
    Set<string>,
    Set<string>,
  ];
  if (old.size < 2 && now.size < 2) return old.union(now);
  const [gone, fresh] = [old.difference(now), now.difference(old)];
  return gone.size === 1 && fresh.size === 1 ? gone.union(fresh) : new Set();
}

/** What was renamed is checked as before when its conditions differ by its name alone. */
function underName(input: Input, name: string): Input {
  if (input.name === name || input.validations === undefined) return input;
  const renamed = (condition: string) =>
    condition.replaceAll(/(?<![\w.-])var\.([\w-]+)/g, (reference, each) =>
      each === input.name ? `var.${name}` : reference,
    );
  const validations = input.validations.map((each) => ({ ...each, condition: renamed(each.condition) }));
  return { ...input, name, validations };
}

interface Restated {
  /** What is not to be compared any more. */
  readonly aside: readonly [ReadonlySet<string>, ReadonlySet<string>];
  readonly changed: readonly (readonly [string, string])[];
}

/**
 * Finds conditions that say something else of the same thing, where one of them cannot be understood: they differ in what is
 * written out, one lets pass what the other does and more, or they have one message and only one of them is understood.
 */
function restated(before: readonly StatedCheck[], after: readonly StatedCheck[]): Restated {
  const textsOf = (checks: readonly StatedCheck[]) =>
    new Set(checks.flatMap(({ condition, core }) => [condition, core]));
  const [known, fresh] = [textsOf(before), textsOf(after)];
  let left: readonly [StatedCheck[], StatedCheck[]] = [
    before.filter(({ condition, core }) => !fresh.has(condition) && !fresh.has(core)),
    after.filter(({ condition, core }) => !known.has(condition) && !known.has(core)),
  ];
  const changed: [string, string][] = [];
  const aside: [Set<string>, Set<string>] = [new Set(), new Set()];
  const note = (was: StatedCheck, is: StatedCheck) => {
    changed.push([was.condition, is.condition]);
    aside[0].add(was.condition);
    aside[1].add(is.condition);
  };
  left = paired(left, (check) => (isUnderstood(check) ? undefined : shapeOf(check.core)), note);
  for (const [wide, narrow, tell] of [
    [left[1], left[0], (is: StatedCheck, was: StatedCheck) => note(was, is)],
    [left[0], left[1], note],
  ] as const) {
    const byText = new Map(narrow.map((check) => [check.core, check]));
    for (const check of wide.filter((each) => !isUnderstood(each))) {
      const partner = alternativesIn(check.core)
        .map((text) => byText.get(text))
        .find((each) => each !== undefined);
      if (partner !== undefined && !aside.some((set) => set.has(partner.condition))) tell(check, partner);
    }
  }
  const isLeft = (side: 0 | 1) => (check: StatedCheck) => !aside[side].has(check.condition);
  noteMessages([left[0].filter(isLeft(0)), left[1].filter(isLeft(1))], aside, changed);
  return { aside, changed };
}

function isUnderstood({ facts }: StatedCheck): boolean {
  return facts !== undefined;
}

/** Under one message, understood conditions on one side and others on the other. */
function noteMessages(
  [before, after]: readonly [readonly StatedCheck[], readonly StatedCheck[]],
  aside: readonly [Set<string>, Set<string>],
  changed: [string, string][],
): void {
  const byMessage = Map.groupBy(after, ({ message }) => message);
  for (const [message, old] of Map.groupBy(before, (check) => check.message)) {
    const now = byMessage.get(message);
    if (message === undefined || now === undefined) continue;
    const [was, is] = [old, now].map((checks) => new Set(checks.map(isUnderstood)));
    if (was!.size > 1 || is!.size > 1 || was!.has(true) === is!.has(true)) continue;
    const [oldTexts, newTexts] = [old, now].map((checks) => checks.map(({ condition }) => condition));
    changed.push([oldTexts!.join(' && '), newTexts!.join(' && ')]);
    for (const text of oldTexts!) aside[0].add(text);
    for (const text of newTexts!) aside[1].add(text);
  }
}

/** A condition without what is written out in it. */
function shapeOf(text: string): string {
  return text
    .replaceAll(/"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)/g, '""')
    .replaceAll(/(?<![\w.])\d[\d.]*/g, '0')
    .replaceAll(/\[(?:""|0|true|false|null|, )*\]/g, '[]');
}

/** Of a condition that lets several things pass: each of them. */
function alternativesIn(text: string): string[] {
  const { root, problems } = parseHclExpression(text);
  const alternatives = problems.length > 0 ? [] : alternativesOf(root);
  return alternatives.length < 2 ? [] : alternatives.map(expressionText);
}

/** Limits of a variable are those that its validations say. */
function withoutLimits({
  allowed: _,
  minValue: __,
  maxValue: ___,
  minLength: ____,
  maxLength: _____,
  minExclusive: ______,
  maxExclusive: _______,
  pattern: ________,
  ...input
}: Input): Input {
  return input;
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
function paired<Each extends Check>(
  [before, after]: readonly [Each[], Each[]],
  keyOf: (check: Each) => string | undefined,
  onPair: (before: Each, after: Each) => void,
): readonly [Each[], Each[]] {
  const waiting = Map.groupBy(after.toReversed(), keyOf);
  waiting.delete(undefined);
  const taken = new Set<Each>();
  for (const check of before) {
    const partner = waiting.get(keyOf(check))?.pop();
    if (partner === undefined) continue;
    onPair(check, partner);
    taken.add(check).add(partner);
  }
  return [before.filter((check) => !taken.has(check)), after.filter((check) => !taken.has(check))];
}
