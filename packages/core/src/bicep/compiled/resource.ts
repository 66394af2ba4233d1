import { type JsonObject, isObject, objectOf, textOf } from '../../json/index.ts';
import { type Deployed, deploymentType, noteSpecial, nothingDeployed } from '../special.ts';
import { defaultOf, objectsOf } from './type.ts';

interface Surroundings {
  /** The modules around it, outermost first, joined by slashes. */
  readonly within: string | undefined;
  /** Type and name of the resource that it is nested in. */
  readonly parent?: { readonly type: string; readonly address: string };
}

/** Reads resources in either form: an object by symbolic name, or a list. */
export function readResources(template: JsonObject): Deployed {
  const deployed = nothingDeployed();
  readAll(template['resources'], { within: undefined }, deployed);
  return deployed;
}

function readAll(resources: unknown, around: Surroundings, into: Deployed): void {
  if (isObject(resources)) {
    for (const [address, each] of Object.entries(resources)) readOne(address, objectOf(each), around, into);
    return;
  }
  for (const each of objectsOf(resources)) readOne(nameOf(each['name']), each, around, into);
}

/** The name of a resource, which tells it apart where there are no symbolic names; an expression without its brackets. */
function nameOf(name: unknown): string {
  const read = defaultOf(name);
  return 'expression' in read ? read.expression : String(read.value);
}

function readOne(name: string, resource: JsonObject, { within, parent }: Surroundings, into: Deployed): void {
  const ownType = textOf(resource['type']) ?? '';
  const type = parent === undefined ? ownType : `${parent.type}/${ownType}`;
  const address = parent === undefined ? name : `${parent.address}::${name}`;
  const circumstances = {
    ...(resource['condition'] === undefined ? {} : { conditional: true as const }),
    ...(resource['copy'] === undefined ? {} : { repeated: true as const }),
    ...(within === undefined ? {} : { within }),
  };
  const properties = objectOf(resource['properties']);
  if (type.toLowerCase() === deploymentType && isModule(properties)) {
    into.modules.push({ name: address, ...circumstances });
    readAll(
      objectOf(properties['template'])['resources'],
      { within: within === undefined ? address : `${within}/${address}` },
      into,
    );
    return;
  }
  const apiVersion = textOf(resource['apiVersion']);
  const publicAccess = properties['publicNetworkAccess'];
  into.resources.push({
    address,
    type,
    ...(apiVersion === undefined ? {} : { apiVersion }),
    ...(resource['existing'] === true ? { existing: true as const } : {}),
    ...circumstances,
    ...(publicAccess === undefined ? {} : { publicNetworkAccess: nameOf(publicAccess) }),
  });
  if (resource['existing'] !== true) {
    const [written, role] = [resource['name'], properties['roleDefinitionId']].map(writtenOf);
    noteSpecial({ type, address, within, name: written, role }, into);
  }
  readAll(resource['resources'], { within, parent: { type, address } }, into);
}

/** What compilers make of a module; what people write by hand is evaluated outside. */
function isModule({ expressionEvaluationOptions: options, template }: JsonObject): boolean {
  return isObject(template) && textOf(objectOf(options)['scope'])?.toLowerCase() === 'inner';
}

/** As it is written, an expression without its brackets. */
function writtenOf(value: unknown): string | undefined {
  return value === undefined ? undefined : nameOf(value);
}
