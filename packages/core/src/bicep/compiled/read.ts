import { type JsonObject, isObject, objectOf, textOf } from '../../json/index.ts';
import type { ModuleClass } from '../../module/address.ts';
import { typeText } from '../../module/type-text.ts';
import type { Input, Module, ModuleFunction, NamedType, Output } from '../../module/model.ts';
import { readResources } from './resource.ts';
import { defaultOf, descriptionOf, type IsNullable, nullability, objectsOf, readSchema } from './type.ts';

/** The model of a compiled template (ARM JSON), whichever compiler or person wrote it. */
export function readCompiled(template: JsonObject, moduleClass: ModuleClass | null): Module {
  const isNullable = nullability(objectOf(template['definitions']));
  const metadata = objectOf(template['metadata']);
  const [name, description] = [textOf(metadata['name']), textOf(metadata['description'])];
  const { resources, modules, roleAssignments, escapeHatches, telemetry } = readResources(template);
  return {
    model: 1,
    language: 'bicep',
    class: moduleClass,
    ...(name === undefined ? {} : { name }),
    ...(description === undefined ? {} : { description }),
    form: 'compiled',
    interface: {
      scopes: scopesOf(template['$schema']),
      inputs: entriesOf(template['parameters']).map(([each, schema]) => inputOf(each, schema, isNullable)),
      outputs: entriesOf(template['outputs']).map(([each, schema]) => outputOf(each, schema, isNullable)),
      types: entriesOf(template['definitions']).map(([each, schema]) => typeOf(each, schema, isNullable)),
      functions: functionsOf(template, isNullable),
      variables: variablesOf(metadata['__bicep_exported_variables!']),
    },
    footprint: {
      resources,
      data: [],
      ephemeral: [],
      modules,
      providers: extensionsOf(template),
      roleAssignments,
      escapeHatches,
      telemetry,
      moves: [],
      removals: [],
      imports: [],
      checks: [],
    },
    submodules: [],
    examples: [],
    problems: [],
  };
}

function entriesOf(value: unknown): [string, JsonObject][] {
  return Object.entries(objectOf(value)).map(([name, each]) => [name, objectOf(each)]);
}

function inputOf(name: string, schema: JsonObject, isNullable: IsNullable): Input {
  const { type, constraints } = readSchema(schema, isNullable);
  const hasDefault = 'defaultValue' in schema;
  return {
    name,
    type,
    typeText: typeText(type, constraints),
    required: !hasDefault && !(constraints.nullable ?? isNullable(type)),
    ...(hasDefault ? { default: defaultOf(schema['defaultValue']) } : {}),
    ...constraints,
    ...descriptionOf(schema),
  };
}

function outputOf(name: string, schema: JsonObject, isNullable: IsNullable): Output {
  const { type, constraints } = readSchema(schema, isNullable);
  return { name, type, typeText: typeText(type, constraints), ...constraints, ...descriptionOf(schema) };
}

function typeOf(name: string, schema: JsonObject, isNullable: IsNullable): NamedType {
  const { type, constraints } = readSchema(schema, isNullable);
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

function functionsOf(template: JsonObject, isNullable: IsNullable): ModuleFunction[] {
  return objectsOf(template['functions']).flatMap(({ namespace, members }) =>
    entriesOf(members).map(([name, { parameters, output, metadata }]) => ({
      name: namespace === ownNamespace ? name : `${String(namespace)}.${name}`,
      parameters: objectsOf(parameters).map((each) => ({
        name: textOf(each['name']) ?? '',
        type: readSchema(each, isNullable).type,
      })),
      returns: readSchema(objectOf(output), isNullable).type,
      exported: objectOf(metadata)['__bicep_export!'] === true,
      ...descriptionOf({ metadata }),
    })),
  );
}

function variablesOf(exported: unknown): { name: string; description?: string }[] {
  return objectsOf(exported).map((each) => {
    const description = textOf(each['description']);
    return { name: textOf(each['name']) ?? '', ...(description === undefined ? {} : { description }) };
  });
}

/** Where a template of this schema is deployed to. */
function scopesOf(schema: unknown): string[] {
  const name = /\/(\w*?)deploymentTemplate\.json/i.exec(textOf(schema) ?? '')?.[1]?.toLowerCase();
  const scopes: Readonly<Record<string, string>> = {
    '': 'resourceGroup',
    subscription: 'subscription',
    managementgroup: 'managementGroup',
    tenant: 'tenant',
  };
  return name === undefined || scopes[name] === undefined ? [] : [scopes[name]];
}

/** Compilers wrote `imports` and `providers` before they wrote `extensions`. */
function extensionsOf(template: JsonObject): { name: string; version?: string }[] {
  const found = [template['imports'], template['providers'], template['extensions']].find(isObject);
  return entriesOf(found).map(([alias, extension]) => {
    const version = textOf(extension['version']);
    const name = textOf(extension['name']) ?? textOf(extension['provider']) ?? alias;
    return { name, ...(version === undefined ? {} : { version }) };
  });
}
