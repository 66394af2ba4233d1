import { canonicalJson } from '../json/index.ts';
import type { Module } from '../module/model.ts';
import { isSameDefault } from './default-value.ts';
import type { PatternRelation, RelatePatterns } from './pattern/index.ts';
import type { Aspect } from './type-difference.ts';
import type { Slot } from './slot.ts';

/** A difference in what is said about a value besides its type. */
export interface ConstraintDifference {
  readonly aspect: Aspect;
  readonly before?: unknown;
  readonly after?: unknown;
}

export type Requirement = 'required' | 'optional';

/** Whether something that could be left out has to be given now, or the other way round. */
export function requirementChange(before: Slot, after: Slot): Requirement | undefined {
  if (before.required === undefined || after.required === undefined) return undefined;
  if (before.required === after.required) return undefined;
  return after.required ? 'required' : 'optional';
}

/** What null has to do with it: in Bicep a property may be left out because it may be null. */
export const nullabilityBehind = {
  required: 'nullable-removed',
  optional: 'nullable-added',
} as const satisfies Record<Requirement, Aspect>;

export interface ConstraintContext {
  readonly language: Module['language'];
  readonly relatePatterns: RelatePatterns;
}

/** Whether null is taken, secrets, limits, defaults and descriptions of two slots, both resolved. */
export function constraintDifferences(
  { language, relatePatterns }: ConstraintContext,
  before: Slot,
  after: Slot,
): ConstraintDifference[] {
  return [
    ...flag('nullable-added', 'nullable-removed', before.nullable === true, after.nullable === true),
    ...flag('secure-added', 'secure-removed', before.secure === true, after.secure === true),
    ...allowedDifference(before.allowed, after.allowed),
    ...rangeDifference('Value', before, after),
    ...rangeDifference('Length', before, after),
    ...patternDifference(relatePatterns, before.pattern, after.pattern),
    ...defaultDifference(language, before, after),
    ...(before.description === after.description
      ? []
      : [{ aspect: 'description' as const, before: before.description, after: after.description }]),
  ];
}

function flag(on: Aspect, off: Aspect, before: boolean, after: boolean): ConstraintDifference[] {
  return before === after ? [] : [{ aspect: after ? on : off, before, after }];
}

function allowedDifference(before: Slot['allowed'], after: Slot['allowed']): ConstraintDifference[] {
  const keys = (values: Slot['allowed']) =>
    values && new Set(values.map((value) => canonicalJson(value) ?? ''));
  const [old, now] = [keys(before), keys(after)];
  const isNarrowed = now !== undefined && (old === undefined || hasOthers(old, now));
  const isWidened = old !== undefined && (now === undefined || hasOthers(now, old));
  if (!isNarrowed && !isWidened) return [];
  const aspect =
    isNarrowed && isWidened ? 'allowed-changed' : isNarrowed ? 'allowed-narrowed' : 'allowed-widened';
  return [{ aspect, before, after }];
}

function hasOthers(values: ReadonlySet<string>, than: ReadonlySet<string>): boolean {
  for (const value of values) if (!than.has(value)) return true;
  return false;
}

function rangeDifference(what: 'Value' | 'Length', before: Slot, after: Slot): ConstraintDifference[] {
  // Nothing is shorter than nothing.
  const lowest = what === 'Length' ? 0 : -Infinity;
  const [old, now] = [before, after].map((slot) => ({
    low: Math.max(lowest, slot[`min${what}`] ?? lowest),
    high: slot[`max${what}`] ?? Infinity,
    ...(what === 'Value' ? exclusions(slot) : {}),
  })) as [Range, Range];
  const isNarrowed = refusesOf(now, old);
  const isWidened = refusesOf(old, now);
  if (!isNarrowed && !isWidened) return [];
  const aspect = isNarrowed && isWidened ? 'range-changed' : isNarrowed ? 'range-narrowed' : 'range-widened';
  const shown = (slot: Slot) => ({
    [`min${what}`]: slot[`min${what}`],
    [`max${what}`]: slot[`max${what}`],
    ...(what === 'Value' ? exclusions(slot) : {}),
  });
  return [{ aspect, before: shown(before), after: shown(after) }];
}

interface Range {
  readonly low: number;
  readonly high: number;
  readonly minExclusive?: true;
  readonly maxExclusive?: true;
}

function exclusions({ minExclusive, maxExclusive }: Slot): Pick<Range, 'minExclusive' | 'maxExclusive'> {
  return { ...(minExclusive ? { minExclusive } : {}), ...(maxExclusive ? { maxExclusive } : {}) };
}

/** Whether a range refuses something of another one. */
function refusesOf(range: Range, other: Range): boolean {
  const refusesLow = range.minExclusive === true && other.minExclusive !== true && range.low === other.low;
  const refusesHigh = range.maxExclusive === true && other.maxExclusive !== true && range.high === other.high;
  return range.low > other.low || range.high < other.high || refusesLow || refusesHigh;
}

const patternAspects = {
  wider: 'pattern-widened',
  narrower: 'pattern-narrowed',
  other: 'pattern-changed',
  unknown: 'pattern-changed',
} as const satisfies Record<Exclude<PatternRelation, 'same'>, Aspect>;

function patternDifference(
  relatePatterns: RelatePatterns,
  before: string | undefined,
  after: string | undefined,
): ConstraintDifference[] {
  if (before === after) return [];
  if (before === undefined || after === undefined) {
    return [{ aspect: before === undefined ? 'pattern-added' : 'pattern-removed', before, after }];
  }
  const relation = relatePatterns(before, after);
  return relation === 'same' ? [] : [{ aspect: patternAspects[relation], before, after }];
}

/** A default that comes or goes makes something optional or required, which says it all, unless null did that already. */
function defaultDifference(language: Module['language'], before: Slot, after: Slot): ConstraintDifference[] {
  const [old, now] = [before.default, after.default];
  if (isSameDefault(language, before, after)) return [];
  if ((old === undefined || now === undefined) && before.required !== after.required) return [];
  return [{ aspect: 'default-changed', before: old ?? null, after: now ?? null }];
}
