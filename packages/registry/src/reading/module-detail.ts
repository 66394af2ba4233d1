import type {
  Input,
  Module,
  ModuleInterface,
  Footprint,
  ProviderUse,
  ResourceUse,
  Submodule,
} from '@ashlar/core';

interface Part {
  readonly interface: ModuleInterface;
  readonly footprint: Footprint;
}

/** Of a version, as it is stored but unpacked. */
export interface DetailInput {
  /** JSON of a `Module`; null when it could not be read. */
  readonly model: string | null;
  /** JSON object of the READMEs of submodules and examples by their paths. */
  readonly readmes: string | null;
  readonly name: string;
  readonly readme: string;
}

/**
 * What the public Terraform registry tells about the content of a version, as JSON: the module itself, those below it, and its
 * examples. Of one that could not be read only the README is known.
 */
export function moduleDetail({ model, readmes, name, readme }: DetailInput): string {
  const root = { path: '', name, readme };
  if (model === null)
    return JSON.stringify({ root: { ...root, empty: false }, submodules: [], examples: [] });
  const module = JSON.parse(model) as Module;
  const texts = JSON.parse(readmes ?? '{}') as Readonly<Record<string, string>>;
  const below = (each: Submodule) => ({
    path: each.path,
    name: each.path.split('/').at(-1)!,
    readme: texts[each.path] ?? '',
    ...partDetail(each),
  });
  return JSON.stringify({
    root: { ...root, ...partDetail(module) },
    submodules: module.submodules.map(below),
    examples: module.examples.map(below),
  });
}

function partDetail({ interface: { inputs, outputs }, footprint }: Part) {
  return {
    empty: false,
    inputs: inputs.map(inputDetail),
    outputs: outputs.map(({ name, description = '' }) => ({ name, description })),
    dependencies: footprint.modules.map(({ name, source = '', version = '' }) => ({ name, source, version })),
    provider_dependencies: footprint.providers.map(providerDetail),
    resources: footprint.resources.map(resourceDetail),
  };
}

/** The type is the one of Terraform, which its address begins with; that of Azure is beside it in the model. */
function resourceDetail({ address }: ResourceUse) {
  const [type = '', name = ''] = address.split('.', 2);
  return { name, type };
}

/** The default is JSON in a text; there is none for an input that must be given. */
function inputDetail({ name, typeText, description = '', default: value, required }: Input) {
  const text =
    value === undefined ? '' : JSON.stringify('value' in value ? value.value : value.expression, null, 2);
  return { name, type: typeText, description, default: text, required };
}

/** Without a source Terraform takes the provider of that name in `hashicorp`. */
function providerDetail({ name, source = `hashicorp/${name}`, version = '' }: ProviderUse) {
  return { name, namespace: source.split('/').at(-2) ?? 'hashicorp', source, version };
}
