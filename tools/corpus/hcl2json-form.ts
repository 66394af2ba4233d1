import type { Hcl, SyntaxTree } from '@ashlar/core';

/**
 * A tree of ours in the form that `hcl2json` gives: blocks as lists below their labels, literals as values, other
 * expressions as their text in `${…}`. It loses what that loses (order, strip markers, kinds of strings), so that both can be
 * compared.
 */
export function hcl2jsonForm({ text, root }: SyntaxTree<Hcl.Body>): Json {
  return bodyForm({ source: ({ start, end }) => text.slice(start, end) }, root);
}

export type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

interface Context {
  source(node: { readonly start: number; readonly end: number }): string;
}

function bodyForm(context: Context, { items }: Hcl.Body): { [name: string]: Json } {
  const form: { [name: string]: Json } = {};
  for (const item of items) {
    if (item.kind === 'block')
      addBlock(
        form,
        [item.type.name, ...item.labels.map(({ value }) => value)],
        bodyForm(context, item.body),
      );
  }
  for (const item of items) {
    if (item.kind === 'attribute') form[item.name.name] = valueForm(context, item.value);
  }
  return form;
}

function addBlock(form: { [name: string]: Json }, path: readonly string[], block: Json): void {
  const [name, ...rest] = path;
  if (name === undefined) return;
  if (rest.length === 0) {
    const others = form[name];
    form[name] = Array.isArray(others) ? [...others, block] : [block];
    return;
  }
  const inner = form[name] ?? (form[name] = {});
  if (typeof inner === 'object' && inner !== null && !Array.isArray(inner)) addBlock(inner, rest, block);
}

const wrapped = (context: Context, node: Hcl.Expression) => `\${${context.source(node)}}`;

/** What is text stays text when it is read as a template again. */
const asTemplate = (value: string) => value.normalize('NFC').replace(/[$%](?=\{)/g, (mark) => mark + mark);

function valueForm(context: Context, node: Hcl.Expression): Json {
  switch (node.kind) {
    case 'number':
    case 'boolean':
      return node.value;
    case 'null':
      return null;
    case 'string':
      return asTemplate(node.value);
    case 'template': {
      const only = onlyInterpolation(node);
      return only === undefined ? partsForm(context, node.parts) : valueForm(context, only);
    }
    case 'tuple':
      return node.items.map((item) => valueForm(context, item));
    case 'object':
      return Object.fromEntries(
        node.items.map(({ key, value }) => [keyForm(context, key), valueForm(context, value)]),
      );
    case 'unary':
      if (node.operator === '-' && node.operand.kind === 'number') return -node.operand.value;
      if (node.operator === '!' && node.operand.kind === 'boolean') return !node.operand.value;
      return wrapped(context, node);
    default:
      return wrapped(context, node);
  }
}

/** A template of nothing but one interpolation is what is interpolated. */
function onlyInterpolation({ parts }: Hcl.Template): Hcl.Expression | undefined {
  const [first] = parts;
  return parts.length === 1 && first?.kind === 'interpolation' ? first.value : undefined;
}

const partsForm = (context: Context, parts: readonly Hcl.TemplatePart[]): string =>
  parts.map((part) => partForm(context, part)).join('');

function partForm(context: Context, part: Hcl.TemplatePart): string {
  switch (part.kind) {
    case 'literal':
      return asTemplate(part.value);
    case 'interpolation':
      return textForm(context, part.value);
    case 'if-directive':
      return conditionForm(
        context.source(part.condition),
        partsForm(context, part.whenTrue),
        partsForm(context, part.whenFalse ?? []),
      );
    case 'for-directive': {
      const names = [part.key, part.name].flatMap((name) => name?.name ?? []).join(', ');
      return `%{for ${names} in ${context.source(part.collection)}}${partsForm(context, part.parts)}%{endfor}`;
    }
  }
}

const conditionForm = (condition: string, whenTrue: string, whenFalse: string) =>
  `%{if ${condition}}${whenTrue}${whenFalse === '' ? '' : `%{else}${whenFalse}`}%{endif}`;

/** An expression that is a part of a text. */
function textForm(context: Context, node: Hcl.Expression): string {
  switch (node.kind) {
    case 'number':
      return plainDecimal(node.text);
    case 'boolean':
      return String(node.value);
    case 'null':
      return 'null';
    case 'string':
      return asTemplate(node.value);
    case 'template':
      return partsForm(context, node.parts);
    case 'conditional':
      return conditionForm(
        context.source(node.condition),
        textForm(context, node.whenTrue),
        textForm(context, node.whenFalse),
      );
    default:
      return wrapped(context, node);
  }
}

function keyForm(context: Context, key: Hcl.Identifier | Hcl.Expression): string {
  if (key.kind === 'identifier') return key.name;
  return isReference(key) ? context.source(key) : textForm(context, key);
}

/** A variable with steps that need no evaluation. */
function isReference(node: Hcl.Expression): boolean {
  const isFixed = (step: Hcl.Step) =>
    step.kind === 'access' ||
    (step.kind === 'index' && ['number', 'boolean', 'null', 'string'].includes(step.key.kind));
  return node.kind === 'traversal' && node.source.kind === 'variable' && node.steps.every(isFixed);
}

/** A number without an exponent and without zeros that say nothing. */
function plainDecimal(text: string): string {
  const [, whole = '', fraction = '', exponent = '0'] = /^(\d+)\.?(\d*)(?:[eE](.*))?$/.exec(text) ?? [];
  const point = whole.length + Number(exponent);
  const digits = (whole + fraction)
    .padEnd(point, '0')
    .padStart((whole + fraction).length + Math.max(0, -point), '0');
  const at = Math.max(point, 0);
  const integer = digits.slice(0, at).replace(/^0+/, '') || '0';
  const rest = digits.slice(at).replace(/0+$/, '');
  return rest === '' ? integer : `${integer}.${rest}`;
}
