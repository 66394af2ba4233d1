import type { Place, Problem } from '../../module/model.ts';
import type { SyntaxNode } from '../../syntax/index.ts';
import { expressionText, isIdentifier, type Label } from '../hcl/index.ts';
import {
  attributeOf,
  attributesOf,
  blocksIn,
  flagOf,
  labelOf,
  type PlacedBlock,
  problemAt,
  referenceOf,
  type SourceFile,
  textOf,
  valueOf,
} from './block.ts';
import { contentProblems } from './content-problem.ts';
import { type Directory, nameOf, standalone } from './directory.ts';
import { placeOf } from './interface.ts';
import { hasCall, referencesIn } from './reference.ts';
import { readVariableType } from './type.ts';
import { isConvertible } from './conversion.ts';

/** How many labels a block has, of all that Terraform knows; a later Terraform may know more blocks. */
const labelCounts: Readonly<Record<string, number>> = {
  terraform: 0,
  variable: 1,
  output: 1,
  locals: 0,
  provider: 1,
  resource: 2,
  data: 2,
  ephemeral: 2,
  module: 1,
  moved: 0,
  removed: 0,
  import: 0,
  check: 1,
};

/** Blocks of which there is one of a name. */
const uniqueTypes = ['variable', 'output', 'resource', 'data', 'ephemeral', 'module', 'check'];

/** Blocks that cannot be changed in an override file unless another file has them. */
const basedTypes = ['variable', 'output', 'resource', 'data', 'ephemeral', 'module'];

/** What a module block means by these names is not a variable. */
const reservedNames = [
  'source',
  'version',
  'providers',
  'count',
  'for_each',
  'lifecycle',
  'depends_on',
  'locals',
];

/** What Terraform refuses when it loads the files, the syntax aside. */
export function declarationProblems(directory: Directory): Problem[] {
  return [
    ...Object.entries(labelCounts).flatMap(([type, count]) => labelProblems(directory, type, count)),
    ...uniqueTypes.flatMap((type) => directory.blocks(type).flatMap(nameProblems)),
    ...uniqueTypes.flatMap((type) => repeated(directory.blocks(type).map(declarationOf))),
    ...repeated(directory.blocks('locals').flatMap(localsIn)),
    ...repeated(directory.blocks('provider').map(standalone).map(providerOf)),
    ...repeated(requirementsIn(directory)),
    ...repeated(directory.blocks('terraform').flatMap(providerMetasIn)),
    ...repeated(directory.blocks('import').flatMap(importTargetIn)),
    ...basedTypes.flatMap((type) => baselessProblems(directory, type)),
    ...baselessLocals(directory),
    ...baselessAliases(directory),
    ...directory.blocks('variable').flatMap(variableProblems),
    ...directory.blocks('output').flatMap(outputProblems),
    ...contentProblems(directory, Object.keys(labelCounts)),
  ];
}

function labelProblems(directory: Directory, type: string, count: number): Problem[] {
  return [...directory.blocks(type), ...directory.overrides(type)].flatMap((placed) => {
    const { labels } = placed.block;
    if (labels.length === count) return [];
    const expected = count === 0 ? 'no label' : count === 1 ? 'one label' : `${count} labels`;
    const there = labels.length === 0 ? 'none' : String(labels.length);
    return [{ message: `a block "${type}" has ${expected}, not ${there}`, at: placeOf(placed) }];
  });
}

function nameProblems({ block, file }: PlacedBlock): Problem[] {
  const wrong = (label: Label) =>
    isIdentifier(label.value)
      ? []
      : [
          problemAt(
            file,
            label,
            `${JSON.stringify(label.value)} is not a name: use letters, digits, _ and -, with a letter or _ at the start`,
          ),
        ];
  return block.labels.flatMap(wrong);
}

/** Something that a module has once. */
interface Declaration {
  readonly key: string;
  readonly name: string;
  readonly file: SourceFile;
  readonly node: SyntaxNode;
}

function declarationOf(placed: PlacedBlock): Declaration {
  const { block, file } = placed;
  const name = [block.type.name, ...block.labels.map(({ value }) => JSON.stringify(value))].join(' ');
  return { key: nameOf(placed), name, file, node: block.labels.at(-1) ?? block.type };
}

/** One that is there twice in the same block is a matter of the syntax. */
function localsIn({ block, file }: PlacedBlock): Declaration[] {
  const names = new Map(attributesOf(block.body).map(({ name }) => [name.name, name]));
  return [...names.values()].map((name) => ({
    key: name.name,
    name: `local "${name.name}"`,
    file,
    node: name,
  }));
}

/** Of a provider there is one configuration without an alias, and one with each alias. */
function providerOf(placed: PlacedBlock): Declaration {
  const alias = attributeOf(placed, 'alias');
  const name = declarationOf(placed);
  const key = JSON.stringify([name.key, alias === undefined ? null : textOf(alias)]);
  return { ...name, key, name: alias === undefined ? name.name : `${name.name} of this alias` };
}

function requirementsIn(directory: Directory): Declaration[] {
  return directory.blocks('terraform').flatMap(({ block, file }) =>
    blocksIn(block.body, 'required_providers').map((inner) => ({
      key: '',
      name: 'block "required_providers"',
      file,
      node: inner.type,
    })),
  );
}

function providerMetasIn({ block, file }: PlacedBlock): Declaration[] {
  return blocksIn(block.body, 'provider_meta').map((inner) =>
    declarationOf({ block: inner, file, overrides: [] }),
  );
}

/** Of what is imported where, when that is written out. */
function importTargetIn(placed: PlacedBlock): Declaration[] {
  const to = attributeOf(placed, 'to');
  const address = to && referenceOf(to);
  if (address === undefined || referencesIn(address).length !== 1) return [];
  const key = expressionText(address);
  return [{ key, name: `an import to ${key}`, file: placed.file, node: to!.expression }];
}

function repeated(declarations: readonly Declaration[]): Problem[] {
  const first = new Map<string, Declaration>();
  return declarations.flatMap((each) => {
    const other = first.get(each.key);
    first.set(each.key, other ?? each);
    if (other === undefined) return [];
    const { file, line } = other.file.placeOf(other.node);
    return [problemAt(each.file, each.node, `${each.name} is there already, in ${file}:${line}`)];
  });
}

function baselessProblems(directory: Directory, type: string): Problem[] {
  const known = new Set(directory.blocks(type).map(nameOf));
  return directory
    .overrides(type)
    .filter((placed) => !known.has(nameOf(placed)))
    .map((placed) => baseless(declarationOf(placed).name, placeOf(placed)));
}

function baseless(name: string, at: Place): Problem {
  return { message: `an override file changes what is nowhere else: ${name}`, at };
}

function baselessLocals(directory: Directory): Problem[] {
  const known = new Set(
    directory
      .blocks('locals')
      .flatMap(localsIn)
      .map(({ key }) => key),
  );
  return directory
    .overrides('locals')
    .flatMap(localsIn)
    .filter(({ key }) => !known.has(key))
    .map(({ name, file, node }) => baseless(name, file.placeOf(node)));
}

/** The configuration of a provider without an alias is there also where it is not written. */
function baselessAliases(directory: Directory): Problem[] {
  const known = new Set(directory.blocks('provider').map((placed) => providerOf(standalone(placed)).key));
  return directory
    .overrides('provider')
    .filter((placed) => attributeOf(placed, 'alias') !== undefined)
    .map(providerOf)
    .filter(({ key }) => !known.has(key))
    .map(({ name, file, node }) => baseless(name, file.placeOf(node)));
}

function variableProblems(placed: PlacedBlock): Problem[] {
  const name = labelOf(placed);
  const problems: Problem[] = reservedNames.includes(name)
    ? [
        {
          message: `a variable cannot be called "${name}": module blocks have that name`,
          at: placeOf(placed),
        },
      ]
    : [];
  const found = attributeOf(placed, 'default');
  const value = valueOf(found);
  if (found === undefined) return problems;
  const at = found.file.placeOf(found.expression);
  if (value === undefined) {
    if (referencesIn(found.expression).length > 0 || hasCall(found.expression))
      problems.push({
        message: `the default of "${name}" is not written out: it has references or functions`,
        at,
      });
  } else if (value === null) {
    if (flagOf(placed, 'nullable') === false)
      problems.push({ message: `the default of "${name}" is null, and it is not nullable`, at });
  } else {
    const { type, typeText, problems: others } = readVariableType(attributeOf(placed, 'type'));
    if (others.length === 0 && !isConvertible(value, type))
      problems.push({ message: `the default of "${name}" is not of its type, ${inOneLine(typeText)}`, at });
  }
  return problems;
}

function inOneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ');
  return line.length > 80 ? `${line.slice(0, 80)}…` : line;
}

/** An override adds to an output that is whole. What could not be read may have been its value. */
function outputProblems(placed: PlacedBlock): Problem[] {
  const { items } = placed.block.body;
  const isThere = items.some((item) =>
    item.kind === 'attribute' ? item.name.name === 'value' : item.kind === 'skipped',
  );
  if (isThere) return [];
  return [{ message: `the output "${labelOf(placed)}" has no value`, at: placeOf(placed) }];
}
