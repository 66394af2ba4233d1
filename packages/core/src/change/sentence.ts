import type { Language } from '../module/address.ts';
import { terraformTypeText } from '../module/terraform-type-text.ts';
import { typeText } from '../module/type-text.ts';
import type { Default, Type } from '../module/type.ts';
import type { Found } from './found.ts';
import { changeRules, type RuleId } from './table.ts';

/** How much of a value is shown in a sentence. */
const maxShown = 80;

/** One sentence about a change, for a person: what it is, where, and from what to what. */
export function sentenceOf(language: Language, { rule, path, before, after }: Found): string {
  const subject = `${path}: ${phraseOf(rule)}`;
  if (changeRules[rule].kind === 'added' || changeRules[rule].kind === 'removed') return `${subject}.`;
  const isSaid = typeof before === 'boolean' && /-(?:added|removed|required|optional)$/.test(rule);
  if (isSaid) return `${subject}.`;
  const [was, is] = cut([before, after].map((value) => wholeText(language, rule, value)));
  if (was === undefined && is === undefined) return `${subject}.`;
  const end = rule.endsWith('-description') && /[.!?…]$/.test(is ?? '') ? '' : '.';
  return `${subject}: ${was ?? 'nothing'} → ${is ?? 'nothing'}${end}`;
}

function phraseOf(rule: RuleId): string {
  const about = changeRules[rule].about.replace(/^(?:Bicep|Terraform): /, '');
  const first = about.split(/[:;(]|\. /, 1)[0]!.trim();
  return first.charAt(0).toLowerCase() + first.slice(1).replace(/\.$/, '');
}

/** A value, as much of it as a person wants to see; undefined for a default that there is not. */
export function shown(language: Language, rule: RuleId, value: unknown): string | undefined {
  return cut([wholeText(language, rule, value)])[0];
}

function wholeText(language: Language, rule: RuleId, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  const text = textOf(language, rule, value).replaceAll(/\s+/g, ' ');
  if (rule === 'input-null-means-default') return `nullable = ${text}`;
  // No bound at all.
  const isNothing = text === '' || (text === '{}' && rule.includes('-range-'));
  return isNothing ? undefined : text;
}

/** As much of texts as a person wants to see: of long ones what differs, and a little before it. */
function cut(texts: readonly (string | undefined)[]): (string | undefined)[] {
  const [first, second] = texts;
  let start = 0;
  if (first !== undefined && second !== undefined) {
    while (start < first.length && first[start] === second[start]) start += 1;
    start = first.length > maxShown || second.length > maxShown ? Math.max(start - maxShown / 2, 0) : 0;
  }
  return texts.map((text) => {
    if (text === undefined) return undefined;
    const end = start + maxShown;
    return `${start > 0 ? '…' : ''}${text.slice(start, end)}${end < text.length ? '…' : ''}`;
  });
}

function textOf(language: Language, rule: RuleId, value: unknown): string {
  const typeTextOf = language === 'terraform' ? terraformTypeText : typeText;
  if (typeof value === 'string') return rule.includes('-type-') ? typeTextOf(value as Type) : value;
  if (isType(value)) return typeTextOf(value);
  if (!isDefault(value)) return JSON.stringify(value);
  return 'value' in value ? JSON.stringify(value.value) : value.expression;
}

function isDefault(value: unknown): value is Default {
  if (typeof value !== 'object' || value === null) return false;
  const [name, more] = Object.keys(value);
  return more === undefined && (name === 'value' || name === 'expression');
}

function isType(value: unknown): value is Exclude<Type, string> {
  return typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string';
}
