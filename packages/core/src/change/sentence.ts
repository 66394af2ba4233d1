import { typeText } from '../module/type-text.ts';
import type { Type } from '../module/type.ts';
import type { Found } from './found.ts';
import { changeRules, type RuleId } from './table.ts';

/** How much of a value is shown in a sentence. */
const maxShown = 80;

/** One sentence about a change, for a person: what it is, where, and from what to what. */
export function sentenceOf({ rule, path, before, after }: Found): string {
  const subject = `${path}: ${phraseOf(rule)}`;
  const [was, is] = [before, after].map(shown);
  if (changeRules[rule].kind === 'added' || changeRules[rule].kind === 'removed') return `${subject}.`;
  if (was === undefined && is === undefined) return `${subject}.`;
  return `${subject}: ${was ?? 'nothing'} → ${is ?? 'nothing'}.`;
}

function phraseOf(rule: RuleId): string {
  const about = changeRules[rule].about.replace(/^(?:Bicep|Terraform): /, '');
  const first = about.split(/[:;(]|\. /, 1)[0]!.trim();
  return first.charAt(0).toLowerCase() + first.slice(1).replace(/\.$/, '');
}

/** A value, as much of it as a person wants to see. */
export function shown(value: unknown): string | undefined {
  if (value === undefined) return undefined;
  const text = typeof value === 'string' ? value : isType(value) ? typeText(value) : JSON.stringify(value);
  return text.length <= maxShown ? text : `${text.slice(0, maxShown)}…`;
}

function isType(value: unknown): value is Exclude<Type, string> {
  return typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string';
}
