import type { ModuleCall, Place } from '../../module/model.ts';
import {
  type Deployed,
  deploymentType,
  linkFields,
  noteSpecial,
  nothingDeployed,
  templateSpec,
} from '../special.ts';
import type {
  Body,
  Expression,
  ModuleStatement,
  ObjectLiteral,
  ResourceStatement,
  StringLiteral,
} from '../syntax/index.ts';
import { type Variables, variablesIn, writtenText } from './literal-variable.ts';
import { nameOf, resolvePath, resourceTypeName, type Scope, type Scopes } from './scope.ts';

/** How files of the module are found that call each other, and where things in them stand. */
export interface ModuleReader {
  readonly scopes: Scopes;
  readonly placesIn: (scope: Scope) => (node: { readonly start: number }) => Place;
}

/** The file that resources stand in, as it was called. */
interface FileContext {
  readonly reader: ModuleReader;
  readonly scope: Scope;
  readonly placeOf: (node: { readonly start: number }) => Place;
  readonly variables: Variables;
  /** The calls that led here, outermost first, joined by slashes; and the files on the way. */
  readonly within: string | undefined;
  readonly path: readonly Scope[];
}

/** How many files call each other, and how much is read before no more files are. */
const maxCalls = 100;
const maxRead = 10_000;

interface Parent {
  readonly type: string;
  readonly apiVersion: string | undefined;
  readonly address: string;
}

/** What a file deploys, and the files of the module that it calls. Of modules from elsewhere only the call is known. */
export function readResources(scope: Scope, reader: ModuleReader): Deployed {
  const deployed = nothingDeployed();
  readFile(scope, undefined, [], reader, deployed);
  return deployed;
}

function readFile(
  scope: Scope,
  within: string | undefined,
  path: readonly Scope[],
  reader: ModuleReader,
  into: Deployed,
): void {
  const { tree } = scope;
  const variables = variablesIn(tree);
  const context = {
    reader,
    scope,
    placeOf: reader.placesIn(scope),
    variables,
    within,
    path: [...path, scope],
  };
  for (const statement of tree.root.statements) {
    if (statement.kind === 'resource') readResource(statement, undefined, context, into);
    else if (statement.kind === 'module') readModule(statement, context, into);
  }
}

function readModule(statement: ModuleStatement, context: FileContext, into: Deployed): void {
  const call = moduleCall(statement, context);
  into.modules.push(call);
  const { reader, scope, within, path } = context;
  const file = resolvePath(scope.path, call.source ?? '');
  if (file === undefined || !file.endsWith('.bicep') || path.length === maxCalls) return;
  if (into.modules.length + into.resources.length >= maxRead) return;
  const called = reader.scopes.open(file);
  // Nothing may call itself; who does has a problem of another kind.
  if (called === undefined || path.includes(called)) return;
  readFile(called, within === undefined ? call.name : `${within}/${call.name}`, path, reader, into);
}

function readResource(
  statement: ResourceStatement,
  parent: Parent | undefined,
  context: FileContext,
  into: Deployed,
): void {
  const [ownType = '', ownVersion] = typeTextOf(statement, context).split('@', 2);
  const type = parent === undefined ? ownType : `${parent.type}/${ownType}`;
  const apiVersion = ownVersion ?? parent?.apiVersion;
  const address = parent === undefined ? statement.name.name : `${parent.address}::${statement.name.name}`;
  const { object, ...circumstances } = circumstancesOf(statement.body);
  const properties = objectAt(object, 'properties');
  const link =
    type.toLowerCase() === deploymentType && !statement.existing
      ? deployedBy(properties, context)
      : undefined;
  if (link !== undefined) {
    const at = context.placeOf(statement.name);
    into.modules.push({ name: address, ...link, ...circumstances, ...withinOf(context), at });
    return;
  }
  const publicAccess = memberText(properties, 'publicNetworkAccess', context);
  const defaultAction = memberText(objectAt(properties, 'networkAcls'), 'defaultAction', context);
  into.resources.push({
    address,
    type,
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(statement.existing ? { existing: true as const } : {}),
    ...circumstances,
    ...withinOf(context),
    ...(publicAccess === undefined ? {} : { publicNetworkAccess: publicAccess }),
    ...(defaultAction === undefined ? {} : { networkDefaultAction: defaultAction }),
    at: context.placeOf(statement.name),
  });
  if (!statement.existing) {
    const name = memberText(object, 'name', context);
    const role = memberText(properties, 'roleDefinitionId', context);
    noteSpecial({ type, address, within: context.within, name, role }, into);
  }
  for (const member of object?.members ?? []) {
    if (member.kind === 'resource') readResource(member, { type, apiVersion, address }, context, into);
  }
}

/** What a deployment that is written as a resource deploys, when that is a module as those of a template are. */
function deployedBy(
  properties: ObjectLiteral | undefined,
  context: FileContext,
): Pick<ModuleCall, 'source' | 'version'> | undefined {
  const scope = memberText(objectAt(properties, 'expressionEvaluationOptions'), 'scope', context);
  if (objectAt(properties, 'template') !== undefined && scope?.toLowerCase() === 'inner') return {};
  const link = objectAt(properties, 'templateLink');
  const source = linkFields
    .map((field) => memberText(link, field, context))
    .find((each) => each !== undefined);
  return source === undefined ? undefined : (templateSpec(source) ?? { source });
}

function typeTextOf({ type }: ResourceStatement, context: FileContext): string {
  return type.kind === 'missing' ? '' : resourceTypeName(textOf(type, context));
}

function moduleCall(statement: ModuleStatement, context: FileContext): ModuleCall {
  const { object: _, ...circumstances } = circumstancesOf(statement.body);
  return {
    name: statement.name.name,
    ...referenceOf(textOf(statement.path, context)),
    ...circumstances,
    ...withinOf(context),
    at: context.placeOf(statement.name),
  };
}

function withinOf({ within }: FileContext): { readonly within?: string } {
  return within === undefined ? {} : { within };
}

/** `br/public:avm/res/key-vault/vault:0.9.0` names a version behind its last colon, a path has none. */
export function referenceOf(path: string): { source: string; version?: string } {
  const colon = path.lastIndexOf(':');
  const at = path.lastIndexOf('@');
  if (!/^(?:br|ts|oci)[:/]/.test(path)) return { source: path };
  if (at > path.lastIndexOf('/')) return { source: path.slice(0, at), version: path.slice(at + 1) };
  return colon > path.lastIndexOf('/')
    ? { source: path.slice(0, colon), version: path.slice(colon + 1) }
    : { source: path };
}

interface Circumstances {
  readonly conditional?: true;
  readonly repeated?: true;
  readonly object: ObjectLiteral | undefined;
}

function circumstancesOf(body: Body | Expression): Circumstances {
  switch (body.kind) {
    case 'if':
      return { ...circumstancesOf(body.body), conditional: true };
    case 'for':
      return { ...circumstancesOf(body.body), repeated: true };
    case 'parenthesized':
      return circumstancesOf(body.expression);
    default:
      return { object: body.kind === 'object' ? body : undefined };
  }
}

function memberOf(object: ObjectLiteral | undefined, name: string): Expression | undefined {
  for (const member of object?.members ?? []) {
    if (member.kind === 'property' && nameOf(member.key) === name) return member.value;
  }
  return undefined;
}

function objectAt(object: ObjectLiteral | undefined, name: string): ObjectLiteral | undefined {
  const value = memberOf(object, name);
  return value?.kind === 'object' ? value : undefined;
}

/** A text that is written out, or the expression as it stands there. */
function memberText(
  object: ObjectLiteral | undefined,
  name: string,
  context: FileContext,
): string | undefined {
  const value = memberOf(object, name);
  return value && textOf(value, context);
}

function textOf(node: Expression | StringLiteral, { scope, variables }: FileContext): string {
  return writtenText(node, scope.tree.text, variables);
}
