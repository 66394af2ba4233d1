import type { Dialect } from './named-class.ts';
import { type PatternRelation, patternRelation } from './relation.ts';

export type RelatePatterns = (before: string, after: string) => PatternRelation;

/** Of all patterns of two modules together; those of one pair have a bound of their own. */
const maxVisits = 400_000;

/** For one comparison of modules, which has so much time for patterns in all. */
export function patternRelater(dialect: Dialect): RelatePatterns {
  const known = new Map<string, PatternRelation>();
  const budget = { left: maxVisits };
  return (before, after) => {
    const key = JSON.stringify([before, after]);
    // One pattern can stand at a type with many uses.
    const relation = known.get(key) ?? patternRelation(before, after, dialect, budget);
    known.set(key, relation);
    return relation;
  };
}
