import { bareTypes, isListType, limitsElements } from './bare-type.ts';
import type { Input, Module, NamedType } from './model.ts';
import type { Constraints, Default, Property, Type } from './type.ts';

/** What may be given to a module, as types of TypeScript: `Inputs`, and one for each type that it names. */
export function inputTypes(module: Module): string {
  const types = new Map(module.interface.types.map((type) => [type.name, type]));
  const context: Context = {
    types,
    bareOf: bareTypes(types),
    endless: endlessNames(types),
    names: new Map(),
    taken: new Map(),
  };
  const inputs = membersOf(module.interface.inputs, context, '');
  // One after the other, since types can lead from one to the next without end; the map grows meanwhile.
  const declarations: string[] = [];
  for (const [name, own] of context.names) declarations.push(declaration(own, types.get(name)!, context));
  const about = [module.name, module.description].filter((text) => text !== undefined);
  return [
    `${comment([...about, 'What may be given to the module.'], '')}export interface Inputs {\n${inputs}}\n`,
    ...declarations,
  ].join('\n');
}

interface Context {
  readonly types: ReadonlyMap<string, NamedType>;
  readonly bareOf: (type: Type) => Type | undefined;
  /** Types of which nothing could be made. */
  readonly endless: ReadonlySet<string>;
  /** The names that types of the module have in TypeScript: of those that something refers to. */
  readonly names: Map<string, string>;
  /** The names that are given away, with the number that comes next. */
  readonly taken: Map<string, number>;
}

type Named = Input | Property;

function membersOf(items: readonly Named[], context: Context, indent: string): string {
  const inner = `${indent}  `;
  // A name that is there twice counts once, as the last that was said about it.
  const unique = new Map(items.map((item) => [item.name, item]));
  return [...unique.values()]
    .map((item) => {
      const key = isIdentifier(item.name) ? item.name : quoted(item.name);
      const mark = item.required ? '' : '?';
      return `${aboutItem(item, inner)}${inner}${key}${mark}: ${withLimits(item.type, item, context, inner)};\n`;
    })
    .join('');
}

function aboutItem(item: Named, indent: string): string {
  const deprecated = 'deprecated' in item ? item.deprecated : undefined;
  return comment(
    [
      ...(item.description === undefined ? [] : [item.description]),
      ...(item.default === undefined ? [] : [`@default ${defaultText(item.default)}`]),
      ...(deprecated === undefined ? [] : [`@deprecated ${deprecated}`]),
    ],
    indent,
  );
}

function defaultText(value: Default): string {
  return 'value' in value ? JSON.stringify(value.value) : value.expression;
}

/** A JSDoc comment that nothing in its text can end. */
function comment(texts: readonly string[], indent: string): string {
  const lines = texts.flatMap((text) =>
    text
      .replaceAll('*/', '*\\/')
      .trim()
      .split(/\r\n|\n|\r/),
  );
  if (lines.length === 0) return '';
  if (lines.length === 1) return `${indent}/** ${lines[0]} */\n`;
  const body = lines.map((line) => `${indent} * ${line}`.trimEnd()).join('\n');
  return `${indent}/**\n${body}\n${indent} */\n`;
}

/** A type with what limits its values, as far as types can say it. */
function withLimits(type: Type, limits: Constraints, context: Context, indent: string): string {
  const text =
    limits.allowed === undefined
      ? textOf(type, context, indent)
      : allowedText(limits.allowed, isList(type, context));
  if (limits.nullable === false) return `NonNullable<${text}>`;
  const isNullRefused = 'nullRefused' in limits && limits.nullRefused === true;
  return limits.nullable && !isNullRefused ? `${text} | null` : text;
}

function allowedText(allowed: readonly unknown[], isOfList: boolean): string {
  const text = allowed.length === 0 ? 'never' : allowed.map(literalText).join(' | ');
  return isOfList && limitsElements(allowed) ? `(${text})[]` : text;
}

function isList(type: Type, { bareOf }: Context): boolean {
  return isListType(bareOf(type));
}

const plainTexts = {
  string: 'string',
  int: 'number',
  number: 'number',
  bool: 'boolean',
  null: 'null',
  any: 'unknown',
  object: '{ [key: string]: unknown }',
  array: 'unknown[]',
} as const;

function textOf(type: Type, context: Context, indent: string): string {
  if (typeof type === 'string') return plainTexts[type];
  const inner = (each: Type) => textOf(each, context, indent);
  switch (type.kind) {
    case 'array':
    case 'list':
    case 'set':
      return `(${inner(type.element)})[]`.replace(/^\((\w+)\)\[\]$/, '$1[]');
    case 'map':
      return `{ [key: string]: ${inner(type.element)} }`;
    case 'tuple':
      return `[${[...type.elements.map(inner), ...(type.rest === undefined ? [] : [`...(${inner(type.rest)})[]`])].join(', ')}]`;
    case 'object':
      return objectText(type.properties, type.additional !== undefined, context, indent);
    case 'union':
      return type.members.length === 0 ? 'never' : `(${type.members.map(inner).join(' | ')})`;
    case 'discriminated':
      return variantsText(type, context, indent);
    case 'literal':
      return literalText(type.value);
    case 'reference':
      return referenceText(type.name, context);
    case 'resource':
      return type.base === undefined ? 'unknown' : inner(type.base);
    case 'refined':
      return `(${withLimits(type.type, type, context, indent)})`;
  }
}

/** An index signature must fit to all properties, so it can say nothing about the others. */
function objectText(
  properties: readonly Property[],
  isOpen: boolean,
  context: Context,
  indent: string,
): string {
  if (properties.length === 0) return plainTexts.object;
  const open = isOpen ? `${indent}  [key: string]: unknown;\n` : '';
  return `{\n${membersOf(properties, context, indent)}${open}${indent}}`;
}

function variantsText(
  { property, variants }: Extract<Type, { kind: 'discriminated' }>,
  context: Context,
  indent: string,
): string {
  if (variants.length === 0) return 'never';
  const key = isIdentifier(property) ? property : quoted(property);
  const texts = variants.map(
    ({ value, type }) => `(${textOf(type, context, indent)} & { ${key}: ${quoted(value)} })`,
  );
  return `(${texts.join(' | ')})`;
}

/** Types are declared once; the name is known before the rest, for those used inside themselves. */
function referenceText(name: string, { types, endless, names, taken }: Context): string {
  const known = names.get(name);
  if (known !== undefined) return known;
  if (!types.has(name) || endless.has(name)) return 'unknown';
  const own = freeName(name, taken);
  names.set(name, own);
  return own;
}

function declaration(own: string, named: NamedType, context: Context): string {
  const about = named.description === undefined ? [] : [named.description];
  return `${comment(about, '')}export type ${own} = ${withLimits(named.type, named, context, '')};\n`;
}

/** Types that lead to nothing but themselves, however many names stand between. */
function endlessNames(types: ReadonlyMap<string, NamedType>): Set<string> {
  const users = new Map<string, string[]>();
  /** How many types each still waits for. */
  const waiting = new Map<string, number>();
  for (const [name, { type }] of types) {
    const needed = new Set(directNames(type).filter((each) => types.has(each)));
    waiting.set(name, needed.size);
    for (const each of needed) {
      const known = users.get(each);
      if (known === undefined) users.set(each, [name]);
      else known.push(name);
    }
  }
  const ready = [...types.keys()].filter((name) => waiting.get(name) === 0);
  for (const name of ready) {
    waiting.delete(name);
    for (const user of users.get(name) ?? []) {
      const left = waiting.get(user)! - 1;
      waiting.set(user, left);
      if (left === 0) ready.push(user);
    }
  }
  return new Set(waiting.keys());
}

/** The types that TypeScript has to know to know this one; inside objects and lists it waits. */
function directNames(type: Type | undefined): string[] {
  if (type === undefined || typeof type === 'string') return [];
  switch (type.kind) {
    case 'reference':
      return [type.name];
    case 'refined':
      return directNames(type.type);
    case 'resource':
      return directNames(type.base);
    case 'union':
      return type.members.flatMap(directNames);
    case 'discriminated':
      return type.variants.flatMap((variant) => directNames(variant.type));
    case 'array':
    case 'list':
    case 'set':
    case 'map':
    case 'tuple':
    case 'object':
    case 'literal':
      return [];
  }
}

/** Words that cannot name a type. */
const reserved = new Set(
  `any bigint boolean never null number object string symbol undefined unknown void Inputs break case catch class const
  continue debugger default delete do else enum export extends false finally for function if import in instanceof new
  return super switch this throw true try typeof var while with implements interface let package private protected
  public static yield await`.split(/\s+/),
);

function freeName(name: string, taken: Map<string, number>): string {
  const plain = name.replaceAll(/[^A-Za-z0-9_$]/g, '_');
  const wanted = /^[0-9]/.test(plain) || plain === '' || reserved.has(plain) ? `_${plain}` : plain;
  let number = taken.get(wanted) ?? 1;
  let free = number === 1 ? wanted : `${wanted}_${number}`;
  while (taken.has(free)) free = `${wanted}_${++number}`;
  taken.set(free, 2).set(wanted, number + 1);
  return free;
}

function isIdentifier(text: string): boolean {
  return /^[A-Za-z_$][A-Za-z0-9_$]*$/.test(text);
}

/** Templates also allow whole objects and lists. */
function literalText(value: unknown): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(literalText).join(', ')}]`;
  const members = Object.entries(value).map(([name, each]) => `${quoted(name)}: ${literalText(each)}`);
  return members.length === 0 ? '{}' : `{ ${members.join('; ')} }`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
