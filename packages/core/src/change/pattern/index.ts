export { patternRelater, type RelatePatterns } from './relater.ts';
export type { PatternRelation } from './relation.ts';
