import { bareExpression } from '../bicep/syntax/index.ts';
import { canonicalJson, isObject } from '../json/index.ts';
import type { Module } from '../module/model.ts';
import type { Default, ObjectType, Property, Type } from '../module/type.ts';
import { exactNumber } from '../terraform/hcl/index.ts';
import type { Slot } from './slot.ts';

/**
 * Whether two defaults are the same value. In Terraform they are compared as what they become as values of their types:
 * the order of a set means nothing, nor does an attribute that says what its own default says. In no language does the
 * order of names.
 */
export function isSameDefault(language: Module['language'], before: Slot, after: Slot): boolean {
  const [old, now] = [before.default, after.default];
  if (JSON.stringify(old) === JSON.stringify(now)) return true;
  if (old === undefined || now === undefined || !('value' in old) || !('value' in now)) return false;
  const isSame = (brief: boolean) => {
    const [was, is] = [before, after].map(({ type }) => (language === 'terraform' ? type : 'any'));
    const way: Spelling = { brief, properties: new Map(), defaults: new Map() };
    return spell(old.value, was!, way) === spell(now.value, is!, way);
  };
  // What becomes of the defaults of attributes is told of these.
  return isSame(false) || isSame(true);
}

/** One text for a value of Bicep, or for an expression however it is laid out. */
export function defaultKey(value: Default | undefined): string {
  if (value === undefined) return '';
  return 'value' in value ? `=${canonicalJson(value.value)}` : bareExpression(value.expression);
}

interface Spelling {
  /** Whether attributes that are as their defaults are left out. */
  readonly brief: boolean;
  /** What is worked out of a type once, however many values of it there are. */
  readonly properties: Map<ObjectType, ReadonlyMap<string, Property>>;
  readonly defaults: Map<Property, string>;
}

/** The one text of a value of a type. */
function spell(value: unknown, type: Type, way: Spelling): string {
  if (value === null || typeof type === 'string') return spellPlain(value, type);
  switch (type.kind) {
    case 'refined':
      return spell(value, type.type, way);
    case 'list':
    case 'set': {
      if (!Array.isArray(value)) return spellPlain(value, 'any');
      const items = value.map((item) => spell(item, type.element, way));
      return `[${(type.kind === 'set' ? [...new Set(items)].sort() : items).join()}]`;
    }
    case 'tuple':
      if (!Array.isArray(value)) return spellPlain(value, 'any');
      return `[${value.map((item, index) => spell(item, type.elements[index] ?? 'any', way)).join()}]`;
    case 'map':
      return isObject(value)
        ? spellNamed(value, (item) => spell(item, type.element, way))
        : spellPlain(value, 'any');
    case 'object':
      return isObject(value) ? spellObject(value, type, way) : spellPlain(value, 'any');
    default:
      return spellPlain(value, 'any');
  }
}

/** Null is what an attribute is that is not given, and what has no name in the type is dropped. */
function spellObject(value: object, type: ObjectType, way: Spelling): string {
  const known =
    way.properties.get(type) ?? new Map(type.properties.map((property) => [property.name, property]));
  way.properties.set(type, known);
  return spellNamed(value, (item, name) => {
    const property = known.get(name);
    if (property === undefined || item === null) return undefined;
    const text = spell(item, property.type, way);
    return way.brief && text === defaultText(property, way) ? undefined : text;
  });
}

function defaultText(property: Property, way: Spelling): string | undefined {
  const { type, default: value } = property;
  if (value === undefined || !('value' in value)) return undefined;
  const text = way.defaults.get(property) ?? spell(value.value, type, way);
  way.defaults.set(property, text);
  return text;
}

function spellNamed(value: object, spellOne: (item: unknown, name: string) => string | undefined): string {
  const items = Object.entries(value).flatMap(([name, item]) => {
    const text = spellOne(item, name);
    return text === undefined ? [] : [[JSON.stringify(name), text] as const];
  });
  items.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${items.map((item) => item.join(':')).join()}}`;
}

/** A value whose type says nothing of its parts. Terraform turns texts, numbers and booleans into each other. */
function spellPlain(value: unknown, type: Type): string {
  if (Array.isArray(value)) return `[${value.map((item) => spellPlain(item, 'any')).join()}]`;
  if (isObject(value)) return spellNamed(value, (item) => spellPlain(item, 'any'));
  if (value === null) return 'null';
  if (type === 'number' && typeof value === 'string') return numberText(value);
  if (type === 'bool' && (value === 'true' || value === 'false')) return value;
  const text = JSON.stringify(value);
  return type === 'string' && typeof value !== 'string' ? `"${text}"` : text;
}

function numberText(text: string): string {
  const [, sign = '', digits] = /^(-?)(\d+(?:\.\d*)?(?:[eE][-+]?\d+)?)$/.exec(text) ?? [];
  return digits === undefined ? JSON.stringify(text) : sign + String(exactNumber(digits));
}
