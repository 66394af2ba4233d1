import type { Type } from '../../module/type.ts';
import { collectionOf, commonOf, elementOf, isSequence, listOf, objectOf, someObject } from './value-type.ts';

const strings = `abspath base64decode base64encode base64gzip base64sha256 base64sha512 basename bcrypt chomp cidrhost cidrnetmask
  dirname file filebase64 filebase64sha256 filebase64sha512 filemd5 filesha1 filesha256 filesha512 format formatdate indent join
  jsonencode lower md5 pathexpand plantimestamp replace rsadecrypt sha1 sha256 sha512 strrev substr textdecodebase64
  textencodebase64 timeadd timestamp title tostring trim trimprefix trimspace trimsuffix upper urldecode urlencode uuid uuidv5
  yamlencode`;
const numbers = 'abs ceil floor index length log max min parseint pow signum sum timecmp tonumber';
const booleans = 'alltrue anytrue can contains endswith fileexists issensitive startswith strcontains tobool';
const listsOfStrings = 'cidrsubnets compact formatlist keys sort split';
const lists = 'chunklist coalescelist csvdecode flatten regexall values';
const sets = 'setintersection setsubtract setunion';

const fixed: ReadonlyMap<string, Type> = new Map<string, Type>([
  ...each(strings, 'string'),
  ...each(numbers, 'number'),
  ...each(booleans, 'bool'),
  ...each(listsOfStrings, { kind: 'list', element: 'string' }),
  ...each(lists, { kind: 'list', element: 'any' }),
  ...each(sets, { kind: 'set', element: 'any' }),
  ['fileset', { kind: 'set', element: 'string' }],
  ['range', { kind: 'list', element: 'number' }],
  ['transpose', { kind: 'map', element: { kind: 'list', element: 'string' } }],
  ['zipmap', someObject],
]);

function each(names: string, type: Type): [string, Type][] {
  return names.split(/\s+/).map((name) => [name, type]);
}

/** Types of arguments; those behind `...` are not known. */
type Arguments = readonly Type[];

/** What a function gives that depends on what it takes. */
const dependent: ReadonlyMap<string, (args: Arguments, expand: boolean) => Type> = new Map<
  string,
  (args: Arguments, expand: boolean) => Type
>([
  ['tolist', ([type = 'any']) => collectionOf('list', isSequence(type) ? type.element : 'any')],
  ['toset', ([type = 'any']) => collectionOf('set', isSequence(type) ? type.element : 'any')],
  ['tomap', ([type = 'any']) => collectionOf('map', elementOf(type))],
  ['concat', (args, expand) => listOf(expand ? [] : args.map(elementOf))],
  ['distinct', ([type = 'any']) => collectionOf('list', elementOf(type))],
  ['reverse', ([type = 'any']) => collectionOf('list', elementOf(type))],
  ['slice', ([type = 'any']) => collectionOf('list', elementOf(type))],
  ['element', ([type = 'any']) => elementOf(type)],
  ['one', ([type = 'any']) => (isSequence(type) ? type.element : 'any')],
  ['sensitive', ([type = 'any']) => type],
  ['nonsensitive', ([type = 'any']) => type],
  ['ephemeralasnull', ([type = 'any']) => type],
  ['try', (args, expand) => (expand ? 'any' : commonOf(args))],
  // Whatever stands beside a text is made a text.
  ['coalesce', (args) => (args.includes('string') ? 'string' : 'any')],
  ['merge', (args, expand) => (expand ? someObject : mergedOf(args))],
]);

/** Names are known when those of all are. */
function mergedOf(args: Arguments): Type {
  const members = new Map<string, Type>();
  for (const type of args) {
    if (typeof type === 'string' || type.kind !== 'object') return someObject;
    for (const property of type.properties) members.set(property.name, property.type);
  }
  return objectOf(members);
}

/** Whether what a function gives depends on the types that it takes: those of others need not be looked at. */
export function dependsOnArguments(name: string): boolean {
  return dependent.has(ownName(name));
}

/** The type of what a function of Terraform gives, as far as its name and the types of its arguments tell. */
export function resultOf(name: string, args: Arguments, expand: boolean): Type {
  const own = ownName(name);
  return fixed.get(own) ?? dependent.get(own)?.(args, expand) ?? 'any';
}

function ownName(name: string): string {
  return name.replace(/^core::/, '');
}
