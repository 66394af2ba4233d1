import { type JsonObject, isObject, objectOf, textOf } from '../../json/index.ts';
import { limits } from '../../limit/index.ts';
import type { ModuleCall } from '../../module/model.ts';
import {
  type Deployed,
  deploymentType,
  linkFields,
  noteSpecial,
  nothingDeployed,
  templateSpec,
} from '../special.ts';
import { defaultOf, objectsOf } from './type.ts';

interface Surroundings {
  /** The modules around it, outermost first, joined by slashes. */
  readonly within: string | undefined;
  /** Of the template that it stands in. */
  readonly variables: JsonObject;
  /** Type and name of the resource that it is nested in. */
  readonly parent?: { readonly type: string; readonly address: string };
  readonly depth: number;
}

const maxDepth = limits.syntaxDepth.value;

interface Found extends Deployed {
  /** Whether something lies too deep to be read. */
  isCut: boolean;
}

/** Reads resources in either form: an object by symbolic name, or a list. */
export function readResources(template: JsonObject): Found {
  const found = { ...nothingDeployed(), isCut: false };
  const variables = objectOf(template['variables']);
  readAll(template['resources'], { within: undefined, variables, depth: 0 }, found);
  return found;
}

function readAll(resources: unknown, around: Surroundings, into: Found): void {
  if (around.depth === maxDepth) {
    into.isCut ||= resources !== undefined;
    return;
  }
  if (isObject(resources)) {
    for (const [address, each] of Object.entries(resources)) readOne(address, objectOf(each), around, into);
    return;
  }
  for (const each of objectsOf(resources)) readOne(nameOf(each['name']), each, around, into);
}

/** The name of a resource, which tells it apart where there are no symbolic names; an expression without its brackets. */
function nameOf(name: unknown): string {
  const read = defaultOf(name);
  if ('expression' in read) return read.expression;
  const { value } = read;
  return typeof value === 'string' || typeof value === 'boolean' || typeof value === 'number'
    ? `${value}`
    : '';
}

function readOne(
  name: string,
  resource: JsonObject,
  { within, variables, parent, depth }: Surroundings,
  into: Found,
): void {
  const { type, apiVersion } = typeOf(resource, parent?.type, variables);
  const address = parent === undefined ? name : `${parent.address}::${name}`;
  const circumstances = {
    ...(resource['condition'] === undefined ? {} : { conditional: true as const }),
    ...(resource['copy'] === undefined ? {} : { repeated: true as const }),
    ...(within === undefined ? {} : { within }),
  };
  const properties = objectOf(resource['properties']);
  if (type.toLowerCase() === deploymentType && isModule(properties)) {
    into.modules.push({ name: address, ...circumstances });
    const inner = objectOf(properties['template']);
    readAll(
      inner['resources'],
      {
        within: within === undefined ? address : `${within}/${address}`,
        variables: objectOf(inner['variables']),
        depth: depth + 1,
      },
      into,
    );
    return;
  }
  const link = type.toLowerCase() === deploymentType ? linkOf(properties['templateLink']) : undefined;
  if (link !== undefined) {
    into.modules.push({ name: address, ...link, ...circumstances });
    return;
  }
  const publicAccess = properties['publicNetworkAccess'];
  const defaultAction = objectOf(properties['networkAcls'])['defaultAction'];
  into.resources.push({
    address,
    type,
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(resource['existing'] === true ? { existing: true as const } : {}),
    ...circumstances,
    ...(publicAccess === undefined ? {} : { publicNetworkAccess: writtenOf(publicAccess, variables)! }),
    ...(defaultAction === undefined ? {} : { networkDefaultAction: writtenOf(defaultAction, variables)! }),
  });
  if (resource['existing'] !== true) {
    const [written, role] = [resource['name'], properties['roleDefinitionId']].map((each) =>
      writtenOf(each, variables),
    );
    noteSpecial({ type, address, within, name: written, role }, into);
  }
  readAll(resource['resources'], { within, variables, parent: { type, address }, depth: depth + 1 }, into);
}

/** The resources of extensions have their version behind their type: `Microsoft.Graph/groups@v1.0`. */
function typeOf(
  resource: JsonObject,
  parent: string | undefined,
  variables: JsonObject,
): { readonly type: string; readonly apiVersion: string | undefined } {
  const [own = '', ownVersion] = (textOf(resource['type']) ?? '').split('@', 2);
  const version = textOf(resource['apiVersion']);
  const isWhole = parent === undefined || providerOf(own) === providerOf(parent);
  return {
    type: isWhole ? own : `${parent}/${own}`,
    apiVersion: version === undefined ? ownVersion : writtenOf(version, variables),
  };
}

/** Within its parent a resource mostly has the last part of its type, and may have all of it. */
function providerOf(type: string): string {
  return type.split('/', 1)[0]!.toLowerCase();
}

/** What compilers make of a module; what people write by hand is evaluated outside. */
function isModule({ expressionEvaluationOptions: options, template }: JsonObject): boolean {
  return isObject(template) && textOf(objectOf(options)['scope'])?.toLowerCase() === 'inner';
}

/** A template that lies elsewhere: a template spec, as Bicep writes it, or a file behind a URI. */
function linkOf(link: unknown): Pick<ModuleCall, 'source' | 'version'> | undefined {
  const fields = objectOf(link);
  const source = linkFields.map((field) => fields[field]).find((each) => textOf(each) !== undefined);
  return source === undefined ? undefined : (templateSpec(nameOf(source)) ?? { source: nameOf(source) });
}

/** As it is written, an expression without its brackets and with the values of literal variables in their place. */
function writtenOf(value: unknown, variables: JsonObject): string | undefined {
  if (value === undefined) return undefined;
  const read = defaultOf(value);
  if (!('expression' in read)) return nameOf(value);
  const text = read.expression.replaceAll(variableUse, (use, name: string, path: string) => {
    const found = literalAt(variables, [unquoted(name), ...stepsOf(path)]);
    return found === undefined ? use : `'${found.replaceAll("'", "''")}'`;
  });
  const whole = /^'((?:[^']|'')*)'$/.exec(text)?.[1];
  return whole === undefined || text === read.expression ? text : unquoted(whole);
}

/** `variables('roles').Owner`, `variables('roles')['Owner']` */
const variableUse = /\bvariables\('((?:[^']|'')+)'\)((?:\.\w+|\['(?:[^']|'')+'\])*)/g;

function stepsOf(path: string): string[] {
  return [...path.matchAll(/\.(\w+)|\['((?:[^']|'')+)'\]/g)].map(
    ([, name, quoted]) => name ?? unquoted(quoted!),
  );
}

function unquoted(text: string): string {
  return text.replaceAll("''", "'");
}

/** A text that is written out in a variable. */
function literalAt(variables: JsonObject, path: readonly string[]): string | undefined {
  let found: unknown = variables;
  for (const step of path) {
    if (!isObject(found) || !Object.hasOwn(found, step)) return undefined;
    found = found[step];
  }
  const read = defaultOf(found);
  return 'value' in read && typeof read.value === 'string' ? read.value : undefined;
}
