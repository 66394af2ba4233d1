import type { Input, Module, NamedType } from './model.ts';
import type { Constraints, Default, Property, Type } from './type.ts';

/** What may be given to a module, as types of TypeScript: `Inputs`, and one for each type that it names. */
export function inputTypes(module: Module): string {
  const types = new Map(module.interface.types.map((type) => [type.name, type]));
  const context: Context = { types, names: new Map(), declarations: [] };
  const inputs = membersOf(module.interface.inputs, context, '');
  const about = [module.name, module.description].filter((text) => text !== undefined);
  return [
    `${comment([...about, 'What may be given to the module.'], '')}export interface Inputs {\n${inputs}}\n`,
    ...context.declarations,
  ].join('\n');
}

interface Context {
  readonly types: ReadonlyMap<string, NamedType>;
  /** The names that types of the module have in TypeScript. */
  readonly names: Map<string, string>;
  readonly declarations: string[];
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
  return limits.nullable ? `${text} | null` : text;
}

function allowedText(allowed: readonly unknown[], ofElements: boolean): string {
  const text = allowed.length === 0 ? 'never' : allowed.map(literalText).join(' | ');
  return ofElements ? `(${text})[]` : text;
}

function isList(type: Type, context: Context): boolean {
  const passed = new Set<Type>();
  let bare = type;
  while (typeof bare !== 'string' && !passed.has(bare)) {
    passed.add(bare);
    if (bare.kind === 'refined') bare = bare.type;
    else if (bare.kind === 'reference') bare = context.types.get(bare.name)?.type ?? 'any';
    else return ['array', 'list', 'set', 'tuple'].includes(bare.kind);
  }
  return bare === 'array';
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

/** Types are declared once, where they are first used; the name is known before the rest, for those used inside themselves. */
function referenceText(name: string, context: Context): string {
  const known = context.names.get(name);
  if (known !== undefined) return known;
  const type = context.types.get(name);
  if (type === undefined || isEndless(name, context)) return 'unknown';
  const own = freeName(name, context);
  context.names.set(name, own);
  const place = context.declarations.length;
  context.declarations.push('');
  const about = type.description === undefined ? [] : [type.description];
  const text = withLimits(type.type, type, context, '');
  context.declarations[place] = `${comment(about, '')}export type ${own} = ${text};\n`;
  return own;
}

/** Whether a type is nothing but itself, however many names stand between: nothing could be made of it. */
function isEndless(name: string, context: Context): boolean {
  const passed = new Set<string>();
  const pending = [name];
  for (let each = pending.pop(); each !== undefined; each = pending.pop()) {
    for (const next of directNames(context.types.get(each)?.type)) {
      if (next === name) return true;
      if (!passed.has(next)) pending.push(next);
      passed.add(next);
    }
  }
  return false;
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

function freeName(name: string, context: Context): string {
  const plain = name.replaceAll(/[^A-Za-z0-9_$]/g, '_');
  const wanted = /^[0-9]/.test(plain) || plain === '' || reserved.has(plain) ? `_${plain}` : plain;
  const taken = new Set(context.names.values());
  let free = wanted;
  for (let number = 2; taken.has(free); number++) free = `${wanted}_${number}`;
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
