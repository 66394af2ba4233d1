import type { Input, Module } from '../module/model.ts';
import type { Constraints, Property, Type } from '../module/type.ts';
import { compareText } from '../text/compare-text.ts';
import { byCategory, categorise } from './bicep-category.ts';
import { bicepValue } from './bicep-value.ts';
import { newUnfolding, resolve, type Resolved, typeWord, type Unfolding } from './bicep-type.ts';
import { byName, cellText, codeBlock, inlineCode } from './markdown.ts';

/** The tables and the sections of all parameters, down to the properties of their types, as AVM's modules have them. */
export function bicepParameters({ interface: face }: Module): string[] {
  if (face.inputs.length === 0) return ['_None_'];
  return parametersOf(face.inputs, '', {
    ...newUnfolding(face.types),
    depth: 0,
    left: { sections: maxSections },
  });
}

/** Types that use each other can be unfolded without end. */
const maxSections = 5_000;

/** How many types are unfolded within each other; nobody would read more. */
const maxDepth = 100;

interface Context extends Unfolding {
  readonly depth: number;
  readonly left: { sections: number };
}

type Parameter = Input | Property;

function parametersOf(items: readonly Parameter[], parent: string, context: Context): string[] {
  const sorted = byName(items).map((item) => ({ item, ...categorise(item.description, item.required) }));
  const groups = byCategory(sorted);
  const tables = groups.flatMap(([category, found]) => [
    `**${category} parameters**`,
    '',
    '| Parameter | Type | Description |',
    '| :-- | :-- | :-- |',
    ...found.map(({ item, text }) => {
      const link = `[${inlineCode(item.name)}](${anchorOf('Parameter', pathOf(parent, item.name))})`;
      return `| ${link} | ${typeWord(item.type, item, context)} | ${lines(text)} |`;
    }),
    '',
  ]);
  return [
    ...tables,
    ...groups.flatMap(([, found]) =>
      found.flatMap(({ item, text }) => sectionOf(item, text, pathOf(parent, item.name), context)),
    ),
  ];
}

function pathOf(parent: string, name: string): string {
  return parent === '' ? name : `${parent}.${name}`;
}

function sectionOf(item: Parameter, text: string, path: string, context: Context): string[] {
  if (context.left.sections-- <= 0) return [];
  const { bare, limits, inside } = resolve(item.type, item, context);
  return [
    `### Parameter: ${inlineCode(path)}`,
    '',
    ...(text === '' ? [] : [lines(text), '']),
    `- Required: ${item.required ? 'Yes' : 'No'}`,
    `- Type: ${typeWord(item.type, item, context)}`,
    ...defaultLines(item),
    ...(limits.allowed === undefined ? [] : listed('Allowed', bicepValue(byText(limits.allowed)))),
    ...(limits.minValue === undefined ? [] : [`- MinValue: ${limits.minValue}`]),
    ...(limits.maxValue === undefined ? [] : [`- MaxValue: ${limits.maxValue}`]),
    ...discriminatorLines(bare, { ...context, ...inside }),
    '',
    ...partsOf(bare, path, { ...context, ...inside }),
  ];
}

/** Of one object, or of those in a list. */
function discriminatorLines(type: Type, context: Context): string[] {
  if (typeof type === 'string') return [];
  if (type.kind === 'discriminated') return [`- Discriminator: ${inlineCode(type.property)}`];
  if (type.kind !== 'array') return [];
  const { bare } = resolve(type.element, {}, context);
  return typeof bare === 'object' && bare.kind === 'discriminated' ? discriminatorLines(bare, context) : [];
}

/** What a template has as a value with expressions in it; undefined for what is one expression. */
function partlyWritten(expression: string): unknown {
  if (!/^[[{]/.test(expression)) return undefined;
  try {
    return JSON.parse(expression) as unknown;
  } catch {
    return undefined;
  }
}

function defaultLines({ default: fallback }: Parameter): string[] {
  if (fallback === undefined) return [];
  const value = 'expression' in fallback ? partlyWritten(fallback.expression) : fallback.value;
  if ('expression' in fallback && value === undefined) return listed('Default', `[${fallback.expression}]`);
  // AVM's own script writes them so.
  if (typeof value === 'boolean') return [`- Default: \`${value ? 'True' : 'False'}\``];
  return value === null ? [] : listed('Default', bicepValue(value));
}

function byText(values: readonly unknown[]): unknown[] {
  const keyed = values.map((value) => ({ value, key: bicepValue(value).toLowerCase() }));
  return keyed.sort((a, b) => compareText(a.key, b.key)).map(({ value }) => value);
}

function listed(title: string, text: string): string[] {
  if (!text.includes('\n')) return [`- ${title}: ${inlineCode(text)}`];
  return [`- ${title}:`, ...codeBlock('Bicep', text, '  ')];
}

/** The parameters inside a parameter: properties of an object, or of the objects in a list. */
function partsOf(type: Type, path: string, outer: Context): string[] {
  if (typeof type === 'string' || outer.depth === maxDepth) return [];
  const context = { ...outer, depth: outer.depth + 1 };
  if (type.kind === 'array') {
    const { bare, inside } = resolve(type.element, {}, context);
    const isUnfolded = typeof bare === 'object' && ['object', 'map', 'discriminated'].includes(bare.kind);
    return isUnfolded ? partsOf(bare, path, { ...context, ...inside }) : [];
  }
  if (type.kind === 'map') return parametersOf([otherProperty(type.element)], path, context);
  if (type.kind === 'object') {
    return [
      ...(type.properties.length === 0 ? [] : parametersOf(type.properties, path, context)),
      ...(type.additional === undefined || typeof type.additional === 'string'
        ? []
        : parametersOf([otherProperty(type.additional)], path, context)),
    ];
  }
  if (type.kind !== 'discriminated') return [];
  const variants = type.variants.map((variant) => ({
    ...variant,
    ...resolve(variant.type, {}, context),
    path: `${path}.${type.property}-${variant.value}`,
  }));
  return [
    '<h4>The available variants are:</h4>',
    '',
    '| Variant | Description |',
    '| :-- | :-- |',
    ...variants.map(
      (each) => `| [${inlineCode(each.value)}](${anchorOf('Variant', each.path)}) | ${lines(each.about)} |`,
    ),
    '',
    ...variants.flatMap((each) => variantOf(type.property, each, context)),
  ];
}

function variantOf(
  property: string,
  variant: Resolved & { readonly value: string; readonly path: string },
  context: Context,
): string[] {
  if (context.left.sections-- <= 0) return [];
  const { value, path, about, bare, inside } = variant;
  return [
    `### Variant: ${inlineCode(path)}`,
    lines(about),
    '',
    `To use this variant, set the property ${inlineCode(property)} to ${inlineCode(value)}.`,
    '',
    ...partsOf(bare, path, { ...context, ...inside }),
  ];
}

/** What AVM calls the properties whose names users choose. */
function otherProperty(type: Type): Property {
  const limits: Constraints = typeof type === 'object' && type.kind === 'refined' ? type : {};
  return { ...limits, name: '>Any_other_property<', type, required: limits.nullable !== true };
}

function lines(text: string): string {
  return cellText(text.replaceAll('\n- ', '\u0000'), '<p>').replaceAll('\u0000', '<li>');
}

/** As the pages of repositories name their headings. */
function anchorOf(group: string, path: string): string {
  return `#${group.toLowerCase()}-${path
    .toLowerCase()
    .replaceAll(/[^\w>< -]/g, '')
    .replaceAll(' ', '-')}`;
}
