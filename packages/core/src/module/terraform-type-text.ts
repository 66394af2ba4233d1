import type { Default, Property, Type } from './type.ts';

/** A type as Terraform writes it: `map(string)`, `object({ name = string, kind = optional(string, "a") })`. */
export function terraformTypeText(type: Type): string {
  if (typeof type === 'string') return plainTexts.get(type) ?? type;
  switch (type.kind) {
    case 'list':
    case 'set':
    case 'map':
      return `${type.kind}(${terraformTypeText(type.element)})`;
    case 'tuple':
      return `tuple([${type.elements.map(terraformTypeText).join(', ')}])`;
    case 'object':
      return type.properties.length === 0
        ? 'object({})'
        : `object({ ${type.properties.map(attributeText).join(', ')} })`;
    case 'refined':
      return terraformTypeText(type.type);
    default:
      return 'any';
  }
}

/** What other languages have, or what says the same: a map of anything. */
const plainTexts: ReadonlyMap<string, string> = new Map([
  ['object', 'map(any)'],
  ['array', 'list(any)'],
  ['int', 'number'],
]);

function attributeText({ name, type, required, default: value }: Property): string {
  const text = terraformTypeText(type);
  if (required) return `${name} = ${text}`;
  return `${name} = optional(${text}${value === undefined ? '' : `, ${valueText(value)}`})`;
}

/** JSON is HCL as well. */
function valueText(value: Default): string {
  return 'value' in value ? JSON.stringify(value.value) : value.expression;
}
