import type { ObjectType, Type } from '../module/type.ts';

type Both = readonly [before: Type, after: Type];

const unknown: Both = ['any', 'any'];

/**
 * Two types of a Terraform output without what is not known of one of them, where nothing can be said to differ: `any`
 * stands there for what only running the module tells. A map has some names, and may well be the object that was there.
 */
export function knownTypes(before: Type, after: Type): Both {
  if (before === 'any' || after === 'any') return unknown;
  if (typeof before === 'string' || typeof after === 'string') return [before, after];
  if (before.kind === 'object' && after.kind === 'object') return knownObjects(before, after);
  if (isNamed(before) && isNamed(after) && before.kind !== after.kind) return unknown;
  // Elements that are written out stand in a list as well.
  if (isList(before) && isList(after) && before.kind !== after.kind) return unknown;
  if (before.kind === 'tuple' && after.kind === 'tuple') {
    if (before.elements.length !== after.elements.length) return [before, after];
    const elements = before.elements.map((element, index) => knownTypes(element, after.elements[index]!));
    return [
      { ...before, elements: elements.map(([was]) => was) },
      { ...after, elements: elements.map(([, is]) => is) },
    ];
  }
  if (!('element' in before) || !('element' in after)) return [before, after];
  const [was, is] = knownTypes(before.element, after.element);
  return [
    { ...before, element: was },
    { ...after, element: is },
  ];
}

function knownObjects(before: ObjectType, after: ObjectType): Both {
  const types = new Map(after.properties.map(({ name, type }) => [name, type]));
  const known = new Map<string, Both>();
  for (const { name, type } of before.properties) {
    const other = types.get(name);
    if (other !== undefined) known.set(name, knownTypes(type, other));
  }
  const withKnown = (type: ObjectType, side: 0 | 1): ObjectType => ({
    ...type,
    properties: type.properties.map((each) => ({ ...each, type: known.get(each.name)?.[side] ?? each.type })),
  });
  return [withKnown(before, 0), withKnown(after, 1)];
}

function isNamed({ kind }: Exclude<Type, string>): boolean {
  return kind === 'object' || kind === 'map';
}

function isList({ kind }: Exclude<Type, string>): boolean {
  return kind === 'list' || kind === 'tuple';
}
