import { type JsonObject, isObject, objectOf, textOf } from '../../json/index.ts';
import type { ModuleClass } from '../../module/address.ts';
import type { Default } from '../../module/type.ts';
import { limits } from '../../limit/index.ts';
import { typeText } from '../../module/type-text.ts';
import type {
  Input,
  Module,
  ModuleFunction,
  ModuleInterface,
  ModuleVariable,
  NamedType,
  Output,
  ProviderUse,
} from '../../module/model.ts';
import { readResources } from './resource.ts';
import {
  defaultOf,
  descriptionOf,
  objectsOf,
  readSchema,
  refinedType,
  type SchemaContext,
  schemaContext,
} from './type.ts';

/** The model of a compiled template (ARM JSON), whichever compiler or person wrote it. */
export function readCompiled(template: JsonObject, moduleClass: ModuleClass | null): Module {
  const context = schemaContext(objectOf(template['definitions']));
  const metadata = objectOf(template['metadata']);
  const [name, description] = [textOf(metadata['name']), textOf(metadata['description'])];
  const { isCut, ...deployed } = readResources(template);
  const parts = interfaceOf(template, context);
  return {
    model: 1,
    language: 'bicep',
    class: moduleClass,
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    form: 'compiled',
    interface: parts,
    footprint: {
      ...deployed,
      data: [],
      ephemeral: [],
      providers: extensionsOf(template),
      moves: [],
      removals: [],
      imports: [],
      checks: [],
    },
    submodules: [],
    examples: [],
    problems: isCut || context.isCut ? [{ message: tooDeep }] : [],
  };
}

const tooDeep = `The template is nested more than ${limits.syntaxDepth.value} levels deep; what lies deeper is not read.`;

function interfaceOf(template: JsonObject, context: SchemaContext): ModuleInterface {
  const exported = objectOf(template['metadata'])['__bicep_exported_variables!'];
  return {
    scopes: scopesOf(template['$schema']),
    inputs: entriesOf(template['parameters']).map(([name, schema]) => inputOf(name, schema, context)),
    outputs: entriesOf(template['outputs']).map(([name, schema]) => outputOf(name, schema, context)),
    types: entriesOf(template['definitions']).map(([name, schema]) => typeOf(name, schema, context)),
    functions: functionsOf(template, context),
    variables: variablesOf(exported, objectOf(template['variables']), context),
  };
}

function entriesOf(value: unknown): [string, JsonObject][] {
  return Object.entries(objectOf(value)).map(([name, each]) => [name, objectOf(each)]);
}

function inputOf(name: string, schema: JsonObject, context: SchemaContext): Input {
  const { type, constraints } = readSchema(schema, context);
  const hasDefault = 'defaultValue' in schema;
  return {
    name,
    type,
    typeText: typeText(type, constraints),
    required: !hasDefault && !(constraints.nullable ?? context.isNullable(type)),
    ...(hasDefault ? { default: defaultOf(schema['defaultValue']) } : {}),
    ...constraints,
    ...descriptionOf(schema),
  };
}

function outputOf(name: string, schema: JsonObject, context: SchemaContext): Output {
  const { type, constraints } = readSchema(schema, context);
  return { name, type, typeText: typeText(type, constraints), ...constraints, ...descriptionOf(schema) };
}

function typeOf(name: string, schema: JsonObject, context: SchemaContext): NamedType {
  const { type, constraints } = readSchema(schema, context);
  const metadata = objectOf(schema['metadata']);
  const source = textOf(objectOf(metadata['__bicep_imported_from!'])['sourceTemplate']);
  const original = textOf(objectOf(metadata['__bicep_imported_from!'])['originalIdentifier']);
  return {
    name,
    type,
    exported: metadata['__bicep_export!'] === true,
    ...constraints,
    ...descriptionOf(schema),
    ...(source === undefined
      ? {}
      : { importedFrom: { source, ...(original === undefined ? {} : { name: original }) } }),
  };
}

/** The compiler's own namespace is the one of users. */
const ownNamespace = '__bicep';

function functionsOf(template: JsonObject, context: SchemaContext): ModuleFunction[] {
  return objectsOf(template['functions']).flatMap(({ namespace, members }) =>
    entriesOf(members).map(([name, { parameters, output, metadata }]) => ({
      name: namespace === ownNamespace ? name : [textOf(namespace) ?? '', name].join('.'),
      parameters: objectsOf(parameters).map((each) => ({
        name: textOf(each['name']) ?? '',
        type: refinedType(each, context),
      })),
      returns: refinedType(objectOf(output), context),
      ...valueOf(objectOf(output)),
      exported: objectOf(metadata)['__bicep_export!'] === true,
      ...descriptionOf({ metadata }),
    })),
  );
}

/** Also null is one. */
function valueOf(output: JsonObject): { value?: Default } {
  return Object.hasOwn(output, 'value') ? { value: defaultOf(output['value']) } : {};
}

function variablesOf(exported: unknown, values: JsonObject, context: SchemaContext): ModuleVariable[] {
  return objectsOf(exported).map((each) => {
    const name = textOf(each['name']) ?? '';
    const description = textOf(each['description']);
    return {
      name,
      ...(isObject(each['type']) ? { type: refinedType(each['type'], context) } : {}),
      // Those of loops stand elsewhere.
      ...(Object.hasOwn(values, name) && name !== 'copy' ? { value: defaultOf(values[name]) } : {}),
      ...(description === undefined ? {} : { description }),
    };
  });
}

/** Where a template of this schema is deployed to. */
function scopesOf(schema: unknown): string[] {
  const name = /\/(\w*?)deploymentTemplate\.json/i.exec(textOf(schema) ?? '')?.[1]?.toLowerCase();
  const scope = name === undefined ? undefined : scopeNames.get(name);
  return scope === undefined ? [] : [scope];
}

const scopeNames: ReadonlyMap<string, string> = new Map([
  ['', 'resourceGroup'],
  ['subscription', 'subscription'],
  ['managementgroup', 'managementGroup'],
  ['tenant', 'tenant'],
]);

/** Compilers wrote `imports` and `providers` before they wrote `extensions`. */
function extensionsOf(template: JsonObject): ProviderUse[] {
  const found = [template['imports'], template['providers'], template['extensions']].find(isObject);
  return entriesOf(found).map(([alias, extension]) => {
    const version = textOf(extension['version']);
    const source = textOf(extension['name']) ?? textOf(extension['provider']) ?? alias;
    return {
      name: alias,
      ...(source === alias ? {} : { source }),
      ...(version === undefined ? {} : { version }),
    };
  });
}
