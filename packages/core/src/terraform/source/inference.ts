import type { Type } from '../../module/type.ts';
import type { Expression, ForExpression, ObjectExpression, Step, Template, Traversal } from '../hcl/index.ts';
import { literalValue } from '../hcl/index.ts';
import { attributeOf, attributesOf, labelOf, type PlacedBlock } from './block.ts';
import type { Directory } from './directory.ts';
import { dependsOnArguments, resultOf } from './known-function.ts';
import { readVariableType } from './type.ts';
import {
  collectionOf,
  commonOf,
  elementOf,
  isSequence,
  listOf,
  memberOf,
  objectOf,
  someObject,
  valueTypeOf,
} from './value-type.ts';

/** How far expressions are followed into each other, by way of locals too. */
const maxDepth = 400;

/** The names that `for` gives to what it goes through, the innermost first. */
interface Scope {
  readonly names: ReadonlyMap<string, Type>;
  readonly outer: Scope | undefined;
}

interface Inference {
  readonly variables: ReadonlyMap<string, PlacedBlock>;
  readonly locals: ReadonlyMap<string, Expression>;
  /** Types of the variables and locals that were looked at; `any` while one is, as it may lead back to itself. */
  readonly known: Map<string, Type>;
  depth: number;
}

/**
 * Tells the types of expressions as far as the sources tell them; what only running the module shows is `any`. Looks at
 * each local once.
 */
export function typeInference(directory: Directory): (expression: Expression) => Type {
  const inference: Inference = {
    variables: new Map(directory.blocks('variable').map((placed) => [labelOf(placed), placed])),
    locals: localsOf(directory),
    known: new Map(),
    depth: 0,
  };
  return (expression) => typeOf(inference, expression, undefined);
}

/** What each local is; the last override counts. */
function localsOf(directory: Directory): Map<string, Expression> {
  const all = directory.blocks('locals');
  const overrides = all[0]?.overrides ?? [];
  return new Map(
    [...all, ...overrides].flatMap(({ block }) =>
      attributesOf(block.body).map(({ name, value }) => [name.name, value] as const),
    ),
  );
}

function typeOf(inference: Inference, expression: Expression, scope: Scope | undefined): Type {
  if (inference.depth === maxDepth) return 'any';
  inference.depth++;
  const type = typeWithin(inference, expression, scope);
  inference.depth--;
  return type;
}

function typeWithin(inference: Inference, expression: Expression, scope: Scope | undefined): Type {
  const inner = (each: Expression) => typeOf(inference, each, scope);
  switch (expression.kind) {
    case 'string':
      return 'string';
    case 'number':
      return 'number';
    case 'boolean':
      return 'bool';
    case 'template':
      return templateType(expression, inner);
    case 'tuple':
      return listOf(expression.items.map(inner));
    case 'object':
      return constructedType(expression, inner);
    case 'for':
      return forType(inference, expression, scope);
    case 'variable':
      return inScope(scope, expression.name) ?? 'any';
    case 'call':
      return resultOf(
        expression.name,
        dependsOnArguments(expression.name) ? expression.args.map(inner) : [],
        expression.expand,
      );
    case 'traversal':
      return traversalType(inference, expression, scope);
    case 'unary':
      return expression.operator === '!' ? 'bool' : 'number';
    case 'binary':
      return /^[-+*/%]$/.test(expression.operator) ? 'number' : 'bool';
    case 'conditional':
      return branchType(expression.whenTrue, expression.whenFalse, inner);
    case 'parentheses':
      return inner(expression.value);
    default:
      return 'any';
  }
}

/** `"${value}"` is the value itself, whatever it is. */
function templateType({ form, parts }: Template, inner: (each: Expression) => Type): Type {
  const [only, ...others] = parts;
  const isWrapped = form !== 'heredoc' && form !== 'flush' && others.length === 0;
  return isWrapped && only?.kind === 'interpolation' ? inner(only.value) : 'string';
}

function constructedType({ items }: ObjectExpression, inner: (each: Expression) => Type): Type {
  const members = new Map<string, Type>();
  for (const { key, value } of items) {
    const name = key.kind === 'identifier' ? key.name : literalValue(key)?.value;
    // With one name that is made up, nobody knows what it stands beside.
    if (name === undefined || name === null || typeof name === 'object') return someObject;
    members.set(String(name), inner(value));
  }
  return objectOf(members);
}

/** Null is of any type, and what stands beside a text is made a text. */
function branchType(whenTrue: Expression, whenFalse: Expression, inner: (each: Expression) => Type): Type {
  if (isNull(whenTrue)) return isNull(whenFalse) ? 'any' : inner(whenFalse);
  if (isNull(whenFalse)) return inner(whenTrue);
  const types = [inner(whenTrue), inner(whenFalse)];
  return types.includes('string') ? 'string' : commonOf(types);
}

function isNull(expression: Expression): boolean {
  return literalValue(expression)?.value === null;
}

function forType(inference: Inference, each: ForExpression, scope: Scope | undefined): Type {
  const collection = typeOf(inference, each.collection, scope);
  const names = new Map<string, Type>([[each.valueName.name, elementOf(collection)]]);
  if (each.keyName !== undefined) names.set(each.keyName.name, 'any');
  const value = typeOf(inference, each.value, { names, outer: scope });
  if (each.result === 'tuple') return collectionOf('list', value);
  return collectionOf('map', each.group ? collectionOf('list', value) : value);
}

function inScope(scope: Scope | undefined, name: string): Type | undefined {
  for (let at = scope; at !== undefined; at = at.outer) {
    const found = at.names.get(name);
    if (found !== undefined) return found;
  }
  return undefined;
}

function traversalType(inference: Inference, traversal: Traversal, scope: Scope | undefined): Type {
  const { source, steps } = traversal;
  const [first, ...others] = steps;
  if (source.kind !== 'variable' || inScope(scope, source.name) !== undefined)
    return behindSteps(typeOf(inference, source, scope), steps);
  if (first?.kind !== 'access') return behindSteps('any', steps);
  if (source.name === 'var') return behindSteps(variableType(inference, first.name), others);
  if (source.name === 'local') return behindSteps(localType(inference, first.name), others);
  // `path.module`, `terraform.workspace`
  const isText = (source.name === 'path' || source.name === 'terraform') && others.length === 0;
  return isText ? 'string' : behindSteps('any', steps);
}

function variableType({ variables, known }: Inference, name: string): Type {
  const placed = variables.get(name);
  if (placed === undefined) return 'any';
  const type = known.get(`var.${name}`) ?? valueTypeOf(readVariableType(attributeOf(placed, 'type')).type);
  known.set(`var.${name}`, type);
  return type;
}

function localType(inference: Inference, name: string): Type {
  const { known, locals } = inference;
  const key = `local.${name}`;
  const expression = locals.get(name);
  if (expression === undefined) return 'any';
  let type = known.get(key);
  if (type !== undefined) return type;
  known.set(key, 'any');
  type = typeOf(inference, expression, undefined);
  known.set(key, type);
  return type;
}

/**
 * Where steps lead from a value: `.a[0].b`, and to all of a list. `[*]` does all that follows to each element, `.*` what
 * follows up to the next bracket; a value that is no list is one of one element.
 */
function behindSteps(source: Type, steps: readonly Step[]): Type {
  let type = source;
  let lists = 0;
  let isOpen = false;
  for (const step of steps) {
    if (isOpen && step.kind !== 'access') {
      type = collectionOf('list', type);
      isOpen = false;
    }
    if (step.kind === 'splat') {
      if (isSequence(type)) type = type.element;
      if (step.full) lists++;
      else isOpen = true;
    } else {
      const name = step.kind === 'access' ? step.name : literalValue(step.key)?.value;
      type = memberOf(type, typeof name === 'string' ? name : undefined);
    }
  }
  if (isOpen) type = collectionOf('list', type);
  for (; lists > 0; lists--) type = collectionOf('list', type);
  return type;
}
