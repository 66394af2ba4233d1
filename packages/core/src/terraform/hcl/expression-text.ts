import { exactNumber } from './literal-value.ts';
import type {
  Call,
  Expression,
  ForExpression,
  Identifier,
  Interpolation,
  Step,
  TemplatePart,
} from './node.ts';

/**
 * An expression in one line, and in one spelling: however it is laid out, commented and quoted, and whether it stands in
 * the native or in the JSON syntax. It is HCL again, but for what could not be read.
 */
export function expressionText(expression: Expression): string {
  const pieces: string[] = [];
  write(pieces, expression);
  return pieces.join('');
}

/** Pieces are put together once, at the end: each level that did so would copy all that is below it. */
function write(pieces: string[], expression: Expression): void {
  switch (expression.kind) {
    case 'number':
      pieces.push(String(exactNumber(expression.text)));
      return;
    case 'boolean':
      pieces.push(String(expression.value));
      return;
    case 'null':
      pieces.push('null');
      return;
    case 'string':
      pieces.push('"', escaped(expression.value), '"');
      return;
    case 'template':
      writeTemplate(pieces, expression.parts);
      return;
    case 'tuple':
      writeList(pieces, '[', expression.items, ']');
      return;
    case 'object':
      writeObject(pieces, expression.items);
      return;
    case 'for':
      writeFor(pieces, expression);
      return;
    case 'variable':
      pieces.push(expression.name);
      return;
    case 'call':
      writeCall(pieces, expression);
      return;
    case 'traversal':
      write(pieces, expression.source);
      for (const step of expression.steps) writeStep(pieces, step);
      return;
    case 'missing':
      return;
    default:
      writeOperation(pieces, expression);
  }
}

type Operation = Extract<Expression, { kind: 'unary' | 'binary' | 'conditional' | 'parentheses' }>;

function writeOperation(pieces: string[], expression: Operation): void {
  switch (expression.kind) {
    case 'unary':
      pieces.push(expression.operator);
      write(pieces, expression.operand);
      return;
    case 'binary':
      write(pieces, expression.left);
      pieces.push(` ${expression.operator} `);
      write(pieces, expression.right);
      return;
    case 'conditional':
      write(pieces, expression.condition);
      pieces.push(' ? ');
      write(pieces, expression.whenTrue);
      pieces.push(' : ');
      write(pieces, expression.whenFalse);
      return;
    case 'parentheses':
      pieces.push('(');
      write(pieces, expression.value);
      pieces.push(')');
  }
}

function writeList(pieces: string[], open: string, items: readonly Expression[], close: string): void {
  pieces.push(open);
  for (const [index, item] of items.entries()) {
    if (index > 0) pieces.push(', ');
    write(pieces, item);
  }
  pieces.push(close);
}

function writeCall(pieces: string[], { name, args, expand }: Call): void {
  writeList(pieces, `${name}(`, args, expand ? '...)' : ')');
}

function writeObject(pieces: string[], items: Extract<Expression, { kind: 'object' }>['items']): void {
  if (items.length === 0) {
    pieces.push('{}');
    return;
  }
  for (const [index, { key, value }] of items.entries()) {
    pieces.push(index === 0 ? '{ ' : ', ');
    writeKey(pieces, key);
    pieces.push(' = ');
    write(pieces, value);
  }
  pieces.push(' }');
}

/** `{ "a" = 1 }` says what `{ a = 1 }` says, and `{ "${var.a}" = 1 }` what `{ (var.a) = 1 }` does. */
function writeKey(pieces: string[], key: Identifier | Expression): void {
  if (key.kind === 'identifier') pieces.push(key.name);
  else if (key.kind === 'string' && /^(?!for$)[A-Za-z_][\w-]*$/.test(key.value)) pieces.push(key.value);
  else if (key.kind === 'template' && isOnlyInterpolation(key.parts)) writeList(pieces, '(', [key], ')');
  else write(pieces, key);
}

function writeFor(pieces: string[], expression: ForExpression): void {
  const { result, keyName, valueName, collection, key, value, group, condition } = expression;
  pieces.push(result === 'tuple' ? '[for ' : '{ for ');
  if (keyName !== undefined) pieces.push(keyName.name, ', ');
  pieces.push(valueName.name, ' in ');
  write(pieces, collection);
  pieces.push(' : ');
  if (key !== undefined) {
    write(pieces, key);
    pieces.push(' => ');
  }
  write(pieces, value);
  if (group) pieces.push('...');
  if (condition !== undefined) {
    pieces.push(' if ');
    write(pieces, condition);
  }
  pieces.push(result === 'tuple' ? ']' : ' }');
}

function writeStep(pieces: string[], step: Step): void {
  if (step.kind === 'access') pieces.push('.', step.name);
  else if (step.kind === 'splat') pieces.push(step.full ? '[*]' : '.*');
  else {
    pieces.push('[');
    write(pieces, step.key);
    pieces.push(']');
  }
}

/** A template that is nothing but one interpolation is what it interpolates. */
function writeTemplate(pieces: string[], parts: readonly TemplatePart[]): void {
  if (isOnlyInterpolation(parts)) {
    write(pieces, parts[0].value);
    return;
  }
  pieces.push('"');
  writeParts(pieces, parts);
  pieces.push('"');
}

function isOnlyInterpolation(parts: readonly TemplatePart[]): parts is readonly [Interpolation] {
  return parts.length === 1 && parts[0]?.kind === 'interpolation';
}

function writeParts(pieces: string[], parts: readonly TemplatePart[]): void {
  for (const part of parts) writePart(pieces, part);
}

function writePart(pieces: string[], part: TemplatePart): void {
  switch (part.kind) {
    case 'literal':
      pieces.push(escaped(part.value));
      return;
    case 'interpolation':
      pieces.push('${');
      write(pieces, part.value);
      pieces.push('}');
      return;
    case 'if-directive':
      pieces.push('%{ if ');
      write(pieces, part.condition);
      pieces.push(' }');
      writeParts(pieces, part.whenTrue);
      if (part.whenFalse !== undefined) {
        pieces.push('%{ else }');
        writeParts(pieces, part.whenFalse);
      }
      pieces.push('%{ endif }');
      return;
    case 'for-directive':
      pieces.push('%{ for ', part.key === undefined ? '' : `${part.key.name}, `, part.name.name, ' in ');
      write(pieces, part.collection);
      pieces.push(' }');
      writeParts(pieces, part.parts);
      pieces.push('%{ endfor }');
  }
}

const escapes = new Map([
  ['\\', '\\\\'],
  ['"', '\\"'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['${', '$${'],
  ['%{', '%%{'],
]);

function escaped(text: string): string {
  return text.replaceAll(/[\\"\n\r\t]|[$%]\{/g, (found) => escapes.get(found)!);
}
