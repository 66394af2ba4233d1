import type { RuleId } from '../table.ts';
import type { Bump } from '../verdict.ts';

/** Two versions of a small module, and what changed from one to the other. */
export interface Pair {
  readonly title: string;
  /** Bicep, or a compiled template; Terraform's `main.tf`, or texts by their paths. */
  readonly before: string | Readonly<Record<string, unknown>>;
  readonly after: string | Readonly<Record<string, unknown>>;
  /** The gravest first. */
  readonly changes: readonly (readonly [rule: RuleId, path: string])[];
  /** After 1.0.0, and after 0.1.0. */
  readonly verdict: readonly [stable: Bump, early: Bump];
}
