import type { ModuleCall, Place } from '../../module/model.ts';
import { type Deployed, noteSpecial, nothingDeployed } from '../special.ts';
import type {
  BicepTree,
  Body,
  Expression,
  ModuleStatement,
  ObjectLiteral,
  ResourceStatement,
  StringLiteral,
} from '../syntax/index.ts';
import { type Variables, writtenText } from './literal-variable.ts';
import { nameOf } from './scope.ts';

/** The file that resources stand in. */
export interface FileContext {
  readonly tree: BicepTree;
  readonly placeOf: (node: { readonly start: number }) => Place;
  readonly variables: Variables;
}

interface Parent {
  readonly type: string;
  readonly apiVersion: string | undefined;
  readonly address: string;
}

export function readResources(context: FileContext): Deployed {
  const deployed = nothingDeployed();
  for (const statement of context.tree.root.statements) {
    if (statement.kind === 'resource') readResource(statement, undefined, context, deployed);
    else if (statement.kind === 'module') deployed.modules.push(moduleCall(statement, context));
  }
  return deployed;
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
  const publicAccess = memberText(properties, 'publicNetworkAccess', context);
  const defaultAction = memberText(objectAt(properties, 'networkAcls'), 'defaultAction', context);
  into.resources.push({
    address,
    type,
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(statement.existing ? { existing: true as const } : {}),
    ...circumstances,
    ...(publicAccess === undefined ? {} : { publicNetworkAccess: publicAccess }),
    ...(defaultAction === undefined ? {} : { networkDefaultAction: defaultAction }),
    at: context.placeOf(statement.name),
  });
  if (!statement.existing) {
    const name = memberText(object, 'name', context);
    noteSpecial({ type, address, name, role: memberText(properties, 'roleDefinitionId', context) }, into);
  }
  for (const member of object?.members ?? []) {
    if (member.kind === 'resource') readResource(member, { type, apiVersion, address }, context, into);
  }
}

/** `az:` is the namespace that types are of without one; the compiler leaves it out. */
function typeTextOf({ type }: ResourceStatement, context: FileContext): string {
  return type.kind === 'missing' ? '' : textOf(type, context).replace(/^az:(?=\w)/, '');
}

function moduleCall(statement: ModuleStatement, context: FileContext): ModuleCall {
  const { object: _, ...circumstances } = circumstancesOf(statement.body);
  return {
    name: statement.name.name,
    ...referenceOf(textOf(statement.path, context)),
    ...circumstances,
    at: context.placeOf(statement.name),
  };
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

function textOf(node: Expression | StringLiteral, { tree, variables }: FileContext): string {
  return writtenText(node, tree.text, variables);
}
