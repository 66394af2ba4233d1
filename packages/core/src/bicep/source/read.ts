import type { ModuleClass } from '../../module/address.ts';
import type {
  Input,
  Module,
  ModuleFunction,
  ModuleVariable,
  Output,
  Place,
  Problem,
  ProviderUse,
} from '../../module/model.ts';
import { typeText } from '../../module/type-text.ts';
import type { Default } from '../../module/type.ts';
import { positionsIn } from '../../syntax/index.ts';
import {
  decoratorsNamed,
  type Expression,
  type FuncStatement,
  literalValue,
  type OutputStatement,
  type ParamStatement,
  type Statement,
  type VarStatement,
} from '../syntax/index.ts';
import { problemsOf } from './problem.ts';
import { readResources, referenceOf } from './resource.ts';
import { type FileOf, scopesOf } from './scope.ts';
import {
  allowedBy,
  descriptionOf,
  isNullable,
  plainNumbers,
  readType,
  refinedType,
  type TypeContext,
} from './type.ts';
import { typesIn } from './types.ts';

/**
 * The model of a Bicep module from its sources. `fileOf` finds the texts of its files; of what is imported from a registry
 * only the name is known. With `hasFile` files that are named and not there are problems.
 * Undefined when there is no file `main`.
 */
export function readSource(
  fileOf: FileOf,
  main: string,
  moduleClass: ModuleClass | null,
  hasFile?: (path: string) => boolean,
): Module | undefined {
  const scopes = scopesOf(fileOf);
  const scope = scopes.open(main);
  if (scope === undefined) return undefined;
  const { tree } = scope;
  const placeOf = placesIn(main, tree.text);
  const types = typesIn(scopes, scope, placeOf);
  const each = <Kind extends Statement['kind']>(kind: Kind) =>
    tree.root.statements.filter((statement) => statement.kind === kind && !isNameless(statement)) as Extract<
      Statement,
      { kind: Kind }
    >[];
  const inputs = each('param').map((statement) => inputOf(statement, types.context, placeOf, tree.text));
  const outputs = each('output').map((statement) => outputOf(statement, types.context, placeOf));
  const functions = each('func').map((statement) => functionOf(statement, types.context, placeOf, tree.text));
  const metadata = metadataOf(each('metadata'));
  const all = types.all();
  const { unknown: unknownTypes } = types;
  return {
    model: 1,
    language: 'bicep',
    class: moduleClass,
    ...metadata,
    form: 'source',
    interface: {
      scopes: targetScopes(each('target-scope')),
      inputs,
      outputs,
      types: all,
      functions,
      variables: each('var')
        .filter(isExported)
        .map((statement) => variableOf(statement, types.context, placeOf, tree.text)),
    },
    footprint: {
      ...readResources(scope, { scopes, placesIn: ({ path, tree: { text } }) => placesIn(path, text) }),
      data: [],
      ephemeral: [],
      providers: each('extension').map(extensionOf),
      moves: [],
      removals: [],
      imports: [],
      checks: [],
    },
    submodules: [],
    examples: [],
    problems: [
      ...tree.problems.map((problem): Problem => ({ message: problem.message, at: placeOf(problem) })),
      ...types.problems,
      ...problemsOf({ scope, placeOf, unknownTypes, hasFile }),
    ],
  };
}

/** What is not finished yet has a problem, and is nothing that anybody can use. */
function isNameless(statement: Statement): boolean {
  return 'name' in statement && statement.name.name === '';
}

function placesIn(file: string, text: string): (node: { readonly start: number }) => Place {
  let positionOf: ReturnType<typeof positionsIn> | undefined;
  return ({ start }) => {
    positionOf ??= positionsIn(text);
    return { file, ...positionOf(start) };
  };
}

function isExported(statement: Parameters<typeof decoratorsNamed>[0]): boolean {
  return decoratorsNamed(statement, 'export').length > 0;
}

function inputOf(
  statement: ParamStatement,
  context: TypeContext,
  placeOf: (node: { readonly start: number }) => Place,
  text: string,
): Input {
  const read = readType(statement.type, statement.decorators, context);
  const { type } = read;
  const constraints = { ...read.constraints, ...allowedBy(statement.decorators) };
  return {
    name: statement.name.name,
    type,
    typeText: typeText(type, constraints),
    required: statement.default === undefined && !isNullable({ type, constraints }, context),
    ...(statement.default === undefined ? {} : { default: defaultOf(statement.default, text) }),
    ...constraints,
    ...descriptionOf(statement.decorators),
    at: placeOf(statement.name),
  };
}

function defaultOf(expression: Expression, text: string): Default {
  const value = literalValue(expression);
  return value === undefined
    ? { expression: text.slice(expression.start, expression.end) }
    : { value: plainNumbers(value) };
}

function outputOf(
  statement: OutputStatement,
  context: TypeContext,
  placeOf: (node: { readonly start: number }) => Place,
): Output {
  const { type, constraints } = readType(statement.type, statement.decorators, context);
  return {
    name: statement.name.name,
    type,
    typeText: typeText(type, constraints),
    ...constraints,
    ...descriptionOf(statement.decorators),
    at: placeOf(statement.name),
  };
}

function functionOf(
  statement: FuncStatement,
  context: TypeContext,
  placeOf: (node: { readonly start: number }) => Place,
  text: string,
): ModuleFunction {
  return {
    name: statement.name.name,
    parameters: statement.parameters.map(({ name, type }) => ({
      name: name.name,
      type: refinedType(type, [], context),
    })),
    returns: refinedType(statement.returns, [], context),
    value: defaultOf(statement.body, text),
    exported: isExported(statement),
    ...descriptionOf(statement.decorators),
    at: placeOf(statement.name),
  };
}

function variableOf(
  { name, type, value, decorators }: VarStatement,
  context: TypeContext,
  placeOf: (node: { readonly start: number }) => Place,
  text: string,
): ModuleVariable {
  return {
    name: name.name,
    ...(type === undefined ? {} : { type: refinedType(type, [], context) }),
    value: defaultOf(value, text),
    ...descriptionOf(decorators),
    at: placeOf(name),
  };
}

function metadataOf(statements: readonly Extract<Statement, { kind: 'metadata' }>[]) {
  const found: { name?: string; description?: string } = {};
  for (const { name, value } of statements) {
    const text = literalValue(value);
    if (typeof text !== 'string' || text === '') continue;
    if (name.name === 'name' || name.name === 'description') found[name.name] = text;
  }
  return found;
}

function targetScopes(statements: readonly Extract<Statement, { kind: 'target-scope' }>[]): string[] {
  const [statement] = statements;
  if (statement === undefined) return ['resourceGroup'];
  const value = literalValue(statement.value);
  return [value].flat().filter((each): each is string => typeof each === 'string');
}

function extensionOf({ specification, alias }: Extract<Statement, { kind: 'extension' }>): ProviderUse {
  const text =
    specification.kind === 'identifier'
      ? specification.name
      : specification.kind === 'string'
        ? specification.segments.join('')
        : '';
  const { source, version } = extensionReference(text);
  return {
    name: alias?.name ?? source,
    ...(alias === undefined ? {} : { source }),
    ...(version === undefined ? {} : { version }),
  };
}

/** Those that come with Bicep are written `kubernetes@1.0.0`, those of a registry as modules are. */
function extensionReference(text: string): { source: string; version?: string } {
  const at = text.lastIndexOf('@');
  if (/^br[:/]/.test(text) || at <= 0) return referenceOf(text);
  return { source: text.slice(0, at), version: text.slice(at + 1) };
}
