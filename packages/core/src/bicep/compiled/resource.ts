import { type JsonObject, isObject, objectOf, textOf } from '../../json/index.ts';
import type { EscapeHatch, ModuleCall, ResourceUse, RoleAssignment, Telemetry } from '../../module/model.ts';
import { defaultOf, objectsOf } from './type.ts';

/** What a template and the modules inside it deploy. */
export interface Deployed {
  readonly resources: ResourceUse[];
  readonly modules: ModuleCall[];
  readonly roleAssignments: RoleAssignment[];
  readonly escapeHatches: EscapeHatch[];
  readonly telemetry: Telemetry[];
}

interface Surroundings {
  /** The modules around it, outermost first, joined by slashes. */
  readonly within: string | undefined;
  /** Type and name of the resource that it is nested in. */
  readonly parent?: { readonly type: string; readonly address: string };
}

const deploymentType = 'microsoft.resources/deployments';

/** Reads resources in either form: an object by symbolic name, or a list. */
export function readResources(template: JsonObject): Deployed {
  const deployed: Deployed = {
    resources: [],
    modules: [],
    roleAssignments: [],
    escapeHatches: [],
    telemetry: [],
  };
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
  const template = properties['template'];
  if (type.toLowerCase() === deploymentType && isModule(template)) {
    into.modules.push({ name: address, ...circumstances });
    readAll(template['resources'], { within: within === undefined ? address : `${within}/${address}` }, into);
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
  if (resource['existing'] !== true) noteSpecial(address, type, resource, properties, within, into);
  readAll(resource['resources'], { within, parent: { type, address } }, into);
}

/** Compilers put the template of a module into the deployment; what people write there has no generator. */
function isModule(template: unknown): template is JsonObject {
  return isObject(template) && isObject(objectOf(template['metadata'])['_generator']);
}

function noteSpecial(
  address: string,
  type: string,
  resource: JsonObject,
  properties: JsonObject,
  within: string | undefined,
  into: Deployed,
): void {
  const place = within === undefined ? { address } : { address, within };
  switch (type.toLowerCase()) {
    case 'microsoft.authorization/roleassignments': {
      const role = properties['roleDefinitionId'];
      into.roleAssignments.push({ ...place, ...(role === undefined ? {} : { role: nameOf(role) }) });
      return;
    }
    case 'microsoft.resources/deploymentscripts':
      into.escapeHatches.push({ kind: 'deployment-script', ...place });
      return;
    case deploymentType: {
      const prefix = telemetryPrefix(nameOf(resource['name']));
      if (prefix !== undefined) into.telemetry.push({ ...place, prefix });
    }
  }
}

/** What AVM puts before version and hash in the name of a deployment that counts uses; older modules began with `pid-`. */
function telemetryPrefix(name: string): string | undefined {
  return (
    /\b(46d3xbcp[.-](?:res|ptn|utl)[.-][\w-]+)\./.exec(name)?.[1] ?? /\bpid-[0-9a-f-]{36}/.exec(name)?.[0]
  );
}
