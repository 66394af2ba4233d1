export { changeClasses } from './change.ts';
export { diffSchema } from './change-schema.ts';
export type { Change, ChangeClass, ChangeKind } from './change.ts';
export { compareModules } from './compare.ts';
export { changeRules, changeRuleGroups } from './table.ts';
export type { Rule as ChangeRule, RuleId } from './table.ts';
export { bumpOf, gravest, honestyOf, verdictOf } from './verdict.ts';
export type { Bump, Honesty } from './verdict.ts';
