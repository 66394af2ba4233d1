export { type PatternRelation, patternRelation } from './relation.ts';
