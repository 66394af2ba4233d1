import { limitsElements } from './bare-type.ts';
import type { Constraints, Type } from './type.ts';

/** A type as Bicep writes it: `'Allow' | 'Deny'`, `lockType?`, `string[]`. Terraform's own words stay as they are. */
export function typeText(type: Type, { nullable, allowed }: Constraints = {}): string {
  const limited = allowed === undefined ? textOf(type) : allowedText(allowed, isList(type));
  if (nullable === undefined) return limited;
  return `${inGroup(limited)}${nullable ? '?' : '!'}`;
}

function isList(type: Type): boolean {
  return type === 'array' || (typeof type !== 'string' && type.kind === 'array');
}

/** Of an array the elements are limited, unless arrays are allowed. */
function allowedText(allowed: readonly unknown[], isOfList: boolean): string {
  const text = allowed.map(literalText).join(' | ');
  if (!isOfList || !limitsElements(allowed)) return text;
  return allowed.length > 1 ? `(${text})[]` : `${text}[]`;
}

function textOf(type: Type): string {
  if (typeof type === 'string') return type;
  switch (type.kind) {
    case 'array':
      return `${inGroup(textOf(type.element))}[]`;
    case 'list':
    case 'set':
      return `${type.kind}(${textOf(type.element)})`;
    case 'map':
      return `{ *: ${textOf(type.element)} }`;
    case 'tuple':
      return `[${type.elements.map(textOf).join(', ')}]`;
    case 'object':
      return type.properties.length === 0 ? '{ }' : `{ ${type.properties.map(propertyText).join(', ')} }`;
    case 'union':
      return type.members.map(textOf).join(' | ');
    case 'discriminated':
      return type.variants.map((variant) => textOf(variant.type)).join(' | ');
    case 'literal':
      return literalText(type.value);
    case 'reference':
      return type.name;
    case 'resource':
      return `${type.direction === 'input' ? 'resourceInput' : 'resourceOutput'}<'${type.resource}'>${pathText(type.path)}`;
    case 'refined':
      return typeText(type.type, type);
  }
}

function propertyText({ name, type, ...constraints }: { name: string; type: Type } & Constraints): string {
  return `${name}: ${typeText(type, constraints)}`;
}

function pathText(path: string | undefined): string {
  return path === undefined ? '' : path.replace(/^\/?/, '.').replaceAll('/', '.');
}

/** What a suffix must not take apart. */
function inGroup(text: string): string {
  return isUnion(text) ? `(${text})` : text;
}

/** Whether a bar stands outside of all brackets and texts. */
function isUnion(text: string): boolean {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const char = text[at]!;
    if (char === "'") at = endOfText(text, at);
    else if ('{[(<'.includes(char)) depth++;
    else if ('}])>'.includes(char)) depth--;
    else if (char === '|' && depth === 0) return true;
  }
  return false;
}

function endOfText(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    if (text[at] === "'") return at;
    if (text[at] === '\\') at++;
  }
  return text.length;
}

function literalText(value: unknown): string {
  if (typeof value === 'string') return `'${value.replaceAll(/[\\']/g, String.raw`\$&`)}'`;
  if (typeof value !== 'object' || value === null) return String(value);
  return Array.isArray(value) ? '[…]' : '{…}';
}
