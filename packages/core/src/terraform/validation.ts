import type { Validation } from '../module/model.ts';
import type { Constraints, Type } from '../module/type.ts';
import { type Bound, type Fact, type Part, partsOf } from './condition.ts';
import { parseHclExpression } from './hcl/index.ts';

/** What Terraform knows of a variable that says which values it takes. */
export interface CheckedVariable {
  readonly name: string;
  readonly type: Type;
  readonly nullable?: boolean;
  readonly validations?: readonly Validation[];
}

/** A condition of which only Terraform knows what it says. */
export interface Check {
  /** In one spelling; one of those that are joined by `&&`. */
  readonly condition: string;
  /** The same without what it says of null. */
  readonly core: string;
  readonly message?: string;
}

/** A condition that asks for a pattern. */
export interface PatternCheck extends Check {
  readonly pattern: string;
}

/** What the validations of a variable say. */
export interface Checks {
  readonly constraints: Constraints;
  /** Whether null is refused although the type takes it. */
  readonly refusesNull: boolean;
  /** Those that ask for a pattern; with more than one the constraints name none. */
  readonly patterns: readonly PatternCheck[];
  readonly rest: readonly Check[];
}

interface Understood {
  readonly check: Check;
  readonly fact: Fact;
}

/** One of the conditions of a variable that hold together. */
export interface StatedCheck extends Check {
  /** What it says; undefined when nobody but Terraform can tell. */
  readonly facts: readonly Fact[] | undefined;
  /** Whether it refuses null where the type takes it. */
  readonly refusesNull: boolean;
}

/** All conditions of a variable, each by itself. */
export function statedChecks(variable: CheckedVariable): StatedCheck[] {
  return (variable.validations ?? []).flatMap(({ condition, message }) =>
    readParts(condition, variable).map((part) => ({
      ...checkOf(part, variable, message),
      facts: part.facts,
      refusesNull: part.facts !== undefined && !part.guarded && variable.nullable === true,
    })),
  );
}

/** Makes what can be understood of conditions into constraints. */
export function checksOf(stated: readonly StatedCheck[]): Checks {
  const understood: Understood[] = [];
  const rest: Check[] = [];
  for (const { facts, refusesNull: _, ...check } of stated) {
    if (facts === undefined) rest.push(check);
    else understood.push(...facts.map((fact) => ({ check, fact })));
  }
  const allowed = allowedBy(understood);
  const patterns = understood.flatMap(({ fact, check }) =>
    fact.kind === 'pattern' ? [{ ...check, pattern: fact.pattern }] : [],
  );
  const names = new Set(patterns.map((check) => check.pattern));
  const [pattern] = names;
  return {
    constraints: {
      ...('values' in allowed ? { allowed: allowed.values } : {}),
      ...boundsOf(understood, 'Value'),
      ...boundsOf(understood, 'Length'),
      ...(pattern === undefined || names.size > 1 ? {} : { pattern }),
    },
    refusesNull: stated.some(({ refusesNull }) => refusesNull),
    patterns,
    rest: 'checks' in allowed ? [...rest, ...allowed.checks] : rest,
  };
}

function readParts(condition: string, variable: CheckedVariable): Part[] {
  const { root, problems } = parseHclExpression(condition);
  return problems.length > 0
    ? [{ text: condition, guarded: false, facts: undefined }]
    : partsOf(root, variable);
}

/** Where null is never given, it is no matter what is said of it. */
function checkOf({ text, guarded }: Part, { name, nullable }: CheckedVariable, message?: string): Check {
  const isGuarded = guarded && nullable === true;
  return {
    condition: isGuarded ? `var.${name} == null ? true : ${text}` : text,
    core: text,
    ...(message === undefined ? {} : { message }),
  };
}

/** The values that all of them allow; when that is none, the conditions stand for themselves. */
function allowedBy(
  understood: readonly Understood[],
): { readonly values: readonly unknown[] } | { readonly checks: readonly Check[] } {
  const naming = understood.flatMap(({ fact, check }) =>
    fact.kind === 'allowed' ? [{ check, values: new Set<unknown>(fact.values) }] : [],
  );
  const [first, ...others] = naming;
  if (first === undefined) return { checks: [] };
  const values = [...first.values].filter((value) => others.every((each) => each.values.has(value)));
  return values.length > 0 ? { values } : { checks: naming.map(({ check }) => check) };
}

/** The narrowest bounds. */
function boundsOf(understood: readonly Understood[], of: 'Value' | 'Length'): Constraints {
  let low: Bound | undefined;
  let high: Bound | undefined;
  for (const { fact } of understood) {
    if (fact.kind === 'low' && fact.of === of) low = narrower(low, fact.bound, 1);
    if (fact.kind === 'high' && fact.of === of) high = narrower(high, fact.bound, -1);
  }
  return {
    ...(low === undefined ? {} : { [`min${of}`]: low.value }),
    ...(low?.exclusive ? { minExclusive: true as const } : {}),
    ...(high === undefined ? {} : { [`max${of}`]: high.value }),
    ...(high?.exclusive ? { maxExclusive: true as const } : {}),
  };
}

function narrower(known: Bound | undefined, other: Bound, sign: 1 | -1): Bound {
  if (known === undefined) return other;
  if (known.value === other.value) return known.exclusive ? known : other;
  return sign * other.value > sign * known.value ? other : known;
}
