import type { Input, ModuleFunction, ModuleInterface, NamedType, Output } from '../module/model.ts';
import type { Constraints, Default, Property, Type } from '../module/type.ts';

export interface ComparableFaces {
  readonly source: ModuleInterface;
  readonly compiled: ModuleInterface;
  /** Whether the type of an input is one of which only the template knows more than the name. */
  readonly isOpen: (input: string) => boolean;
}

/**
 * The interfaces of a source and its template without what only one of the two can know: the template gets what the source
 * knows of imported types, and defaults count where both write them out.
 */
export function comparable(source: ModuleInterface, compiled: ModuleInterface): ComparableFaces {
  const unknown = new Set(source.types.filter(isUnknown).map(({ name }) => name));
  const known = new Map(compiled.types.map((type) => [type.name, type]));
  const isUnknownToSource = (name: string) => unknown.has(name) || isOfRegistry(known.get(name));
  const isOpenType = (type: Type): boolean =>
    typeof type !== 'string' && type.kind === 'reference' && isUnknownToSource(type.name);
  const open = new Set(
    [...source.inputs, ...compiled.inputs].filter(({ type }) => isOpenType(type)).map(({ name }) => name),
  );
  const blurred = blur(compiled, isOpenType);
  const types = blurred.types.map((type): NamedType => {
    const { name, exported, importedFrom = { source: '' } } = type;
    return isUnknownToSource(name) ? { name, exported, type: 'any', importedFrom } : type;
  });
  return {
    source: { ...source, ...plain(source, compiled) },
    compiled: { ...blurred, types, ...plain({ ...blurred, types }, source) },
    isOpen: (input) => open.has(input),
  };
}

/** Of these a source has the name alone. */
export function isOfRegistry(type: NamedType | undefined): boolean {
  return /^(?:br|ts)[:/]/.test(type?.importedFrom?.source ?? '');
}

function isUnknown({ type, importedFrom }: NamedType): boolean {
  return importedFrom !== undefined && type === 'any';
}

type Parts = Pick<ModuleInterface, 'inputs' | 'functions' | 'variables'>;

/** Expressions of the two languages cannot be compared, nor can functions of which not all types are known. */
function plain(face: ModuleInterface, other: ModuleInterface): Required<Parts> {
  const inputs = new Map(other.inputs.map((input) => [input.name, input.default]));
  const variables = new Map((other.variables ?? []).map((variable) => [variable.name, variable]));
  const functions = new Map(other.functions.map((each) => [each.name, each]));
  return {
    inputs: face.inputs.map(({ default: fallback, ...input }): Input => {
      const isKnown = isLiteral(fallback) && isLiteral(inputs.get(input.name));
      // What has some default takes null, whatever that is.
      return fallback === undefined ? input : { ...input, default: isKnown ? fallback : { value: '…' } };
    }),
    functions: face.functions.map(({ value: _, ...each }) => {
      const twin = functions.get(each.name);
      const isKnown = twin !== undefined && isWhole(each) && isWhole(twin);
      return isKnown ? each : { ...each, parameters: [], returns: 'any' };
    }),
    variables: (face.variables ?? []).map(({ value, type, ...variable }) => {
      const twin = variables.get(variable.name);
      const isKnown = isLiteral(value) && isLiteral(twin?.value);
      return {
        ...variable,
        ...(isKnown && value !== undefined ? { value } : {}),
        ...(type !== undefined && twin?.type !== undefined ? { type } : {}),
      };
    }),
  };
}

function isLiteral(value: Default | undefined): boolean {
  return value !== undefined && 'value' in value;
}

function isWhole({ parameters, returns }: ModuleFunction): boolean {
  const text = JSON.stringify([parameters, returns]);
  return !text.includes('"any"') && !text.includes('"kind":"resource"');
}

/** Whether something may be left out depends on what is known of its type. */
function blur(face: ModuleInterface, isOpen: (type: Type) => boolean): ModuleInterface {
  const inside = (type: Type): Type => {
    if (typeof type === 'string') return type;
    switch (type.kind) {
      case 'array':
      case 'list':
      case 'set':
      case 'map':
        return { ...type, element: inside(type.element) };
      case 'tuple':
        return {
          ...type,
          elements: type.elements.map(inside),
          ...(type.rest && { rest: inside(type.rest) }),
        };
      case 'union':
        return { ...type, members: type.members.map(inside) };
      case 'discriminated':
        return { ...type, variants: type.variants.map((each) => ({ ...each, type: inside(each.type) })) };
      case 'refined':
        return { ...type, type: inside(type.type) };
      case 'object':
        return {
          ...type,
          properties: type.properties.map(property),
          ...(type.additional && { additional: inside(type.additional) }),
        };
      default:
        return type;
    }
  };
  const property = (each: Property): Property => ({
    ...each,
    type: inside(each.type),
    required: isOpen(each.type) ? each.nullable !== true : each.required,
  });
  const typed = <Thing extends Input | Output | NamedType>(each: Thing): Thing & Constraints => ({
    ...each,
    type: inside(each.type),
  });
  return {
    ...face,
    inputs: face.inputs.map((input) => ({
      ...typed(input),
      required: isOpen(input.type) ? input.default === undefined && input.nullable !== true : input.required,
    })),
    outputs: face.outputs.map(typed),
    types: face.types.map(typed),
  };
}
