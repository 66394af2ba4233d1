import type { Bench } from './bench.ts';

/** The same fault at the first place, the second, … until the operation passes untouched. */
export interface Series {
  /** Number in the table of faults, such as `F-01`. */
  readonly fault: string;
  /** Where it hits: a crash point or a call of the system. */
  readonly place: string;
  /** What is interrupted. */
  readonly what: string;
  /**
   * One iteration at the n-th place, counted from 1; says whether the fault came up.
   * @throws Violation
   */
  run(bench: Bench, n: number): Promise<boolean>;
  /** Whether it is fine that the fault never comes up: not every operation makes every call. */
  readonly mayMiss?: true;
  /** The loop ends after this many places; faults without places have one. */
  readonly places?: number;
}
