import type { Input, Output, Place, Problem, Validation } from '../../module/model.ts';
import type { Default, Type } from '../../module/type.ts';
import {
  attributeOf,
  blocksOf,
  flagOf,
  isTrue,
  labelOf,
  type PlacedBlock,
  stringOf,
  textOf,
  valueOf,
} from './block.ts';
import { checksOf, statedChecks } from '../validation.ts';
import { conditionsIn } from './resource-condition.ts';
import { readVariableType } from './type.ts';
import { typeInWords } from './value-type.ts';

/** An input from a `variable` block. */
export function inputOf(placed: PlacedBlock): Input {
  const value = attributeOf(placed, 'default');
  const { type, typeText } = readVariableType(attributeOf(placed, 'type'));
  const validations = blocksOf(placed, 'validation').map(validationOf);
  const name = labelOf(placed);
  const nullable = flagOf(placed, 'nullable') === false ? {} : { nullable: true as const };
  const { constraints, refusesNull } = checksOf(statedChecks({ name, type, validations, ...nullable }));
  return {
    name,
    type,
    typeText,
    required: value === undefined,
    ...(value === undefined ? {} : { default: defaultOf(value) }),
    ...nullable,
    ...(isTrue(placed, 'sensitive') ? { secure: true as const } : {}),
    ...optionalText('description', placed),
    ...(isTrue(placed, 'ephemeral') ? { ephemeral: true as const } : {}),
    ...optionalText('deprecated', placed),
    ...constraints,
    ...(validations.length === 0 ? {} : { validations }),
    ...(refusesNull ? { nullRefused: true as const } : {}),
    at: placeOf(placed),
  };
}

/** What is no type where a variable or an output has its type. */
export function typeProblemsOf(placed: PlacedBlock): readonly Problem[] {
  return readVariableType(attributeOf(placed, 'type')).problems;
}

/** Defaults are constants; what is none is kept as it is written. */
export function defaultOf(placed: NonNullable<ReturnType<typeof attributeOf>>): Default {
  const value = valueOf(placed);
  return value === undefined ? { expression: textOf(placed) } : { value };
}

function validationOf(placed: PlacedBlock): Validation {
  const condition = attributeOf(placed, 'condition');
  const message = stringOf(placed, 'error_message');
  return {
    condition: condition === undefined ? '' : textOf(condition),
    ...(message === undefined ? {} : { message }),
  };
}

/** An output of a type that is written, or that was found out. */
export function outputOf(placed: PlacedBlock, inferred: Type): Output {
  const written = attributeOf(placed, 'type');
  const { type, typeText } =
    written === undefined ? { type: inferred, typeText: typeInWords(inferred) } : readVariableType(written);
  return {
    name: labelOf(placed),
    type,
    typeText,
    ...(isTrue(placed, 'sensitive') ? { secure: true as const } : {}),
    ...optionalText('description', placed),
    ...(isTrue(placed, 'ephemeral') ? { ephemeral: true as const } : {}),
    ...optionalText('deprecated', placed),
    ...conditionsIn([placed]),
    at: placeOf(placed),
  };
}

function optionalText<Name extends string>(
  name: Name,
  placed: PlacedBlock,
): { readonly [Key in Name]?: string } {
  const text = stringOf(placed, name);
  return (text === undefined || text === '' ? {} : { [name]: text }) as { readonly [Key in Name]?: string };
}

/** In the JSON syntax blocks of one type share its name. */
export function placeOf({ block, file }: PlacedBlock): Place {
  const label = file.path.endsWith('.json') ? block.labels.at(-1) : block.labels[0];
  return file.placeOf(label ?? block.type);
}
