import type { Problem } from '../../module/model.ts';
import { literalValue } from '../hcl/index.ts';
import { attributesOf, blocksIn, type PlacedBlock, problemAt } from './block.ts';
import { isConvertible } from './conversion.ts';
import { placeOf } from './interface.ts';
import { hasCall, referencesIn } from './reference.ts';

type Plain = 'string' | 'bool';

/** What Terraform and OpenTofu ask of the body of a block. Where they disagree, what one of them takes is taken. */
interface BodyRule {
  /** Arguments without which it means nothing. */
  readonly required?: readonly string[];
  readonly requiredBlocks?: readonly string[];
  /** Arguments that are written out, and of which type they are. */
  readonly constants?: Readonly<Record<string, Plain>>;
  /** Arguments that may have to be evaluated. */
  readonly typed?: Readonly<Record<string, Plain>>;
  /** What has no meaning here; some of it is kept for a later Terraform. */
  readonly refused?: readonly string[];
  readonly refusedBlocks?: readonly string[];
  /** Blocks of which there is one. */
  readonly single?: readonly string[];
  /** Arguments that exclude each other. */
  readonly either?: readonly string[];
  readonly blocks?: Readonly<Record<string, BodyRule>>;
}

const condition: BodyRule = { required: ['condition', 'error_message'] };
const conditions = { precondition: condition, postcondition: condition };
const provisioner: BodyRule = { single: ['connection', '_'], refusedBlocks: ['lifecycle'] };
const description = {
  description: 'string',
  deprecated: 'string',
  sensitive: 'bool',
  ephemeral: 'bool',
} as const;
const instances = ['count', 'for_each'];

/** Data and ephemeral resources are not made, so nothing is to be said about how. */
const read: BodyRule = {
  either: instances,
  single: ['lifecycle', '_'],
  refusedBlocks: ['locals'],
  blocks: {
    lifecycle: {
      refused: [
        'create_before_destroy',
        'prevent_destroy',
        'ignore_changes',
        'replace_triggered_by',
        'destroy',
      ],
      blocks: conditions,
    },
  },
};

const rules: Readonly<Record<string, BodyRule>> = {
  variable: {
    constants: { ...description, nullable: 'bool', const: 'bool' },
    blocks: { validation: condition },
  },
  output: { constants: description, refusedBlocks: ['postcondition'], blocks: { precondition: condition } },
  resource: {
    either: instances,
    single: ['lifecycle', 'connection', '_'],
    refusedBlocks: ['locals'],
    blocks: {
      lifecycle: {
        constants: { create_before_destroy: 'bool' },
        typed: { prevent_destroy: 'bool', destroy: 'bool' },
        blocks: conditions,
      },
      provisioner,
    },
  },
  data: read,
  ephemeral: read,
  module: {
    required: ['source'],
    typed: { source: 'string' },
    either: instances,
    single: ['_'],
    refusedBlocks: ['locals', 'provider'],
  },
  provider: {
    constants: { alias: 'string' },
    refused: ['count', 'depends_on', 'source'],
    refusedBlocks: ['lifecycle', 'locals'],
    single: ['_'],
  },
  moved: { required: ['from', 'to'] },
  removed: { required: ['from'], single: ['lifecycle'], blocks: { provisioner } },
  import: { required: ['to'], either: ['id', 'identity'] },
  check: {
    requiredBlocks: ['assert'],
    single: ['data'],
    blocks: { assert: condition, data: { refused: instances, refusedBlocks: ['lifecycle', 'locals'] } },
  },
};

/** What Terraform refuses of what stands in a block. An override may leave out what the block that it changes has. */
export function argumentProblems(placed: PlacedBlock, isOverride: boolean): Problem[] {
  const { name } = placed.block.type;
  const rule = Object.hasOwn(rules, name) ? rules[name] : undefined;
  if (rule === undefined) return [];
  return bodyProblems(placed, isOverride ? { ...rule, required: [], requiredBlocks: [] } : rule, '');
}

function bodyProblems(placed: PlacedBlock, rule: BodyRule, parent: string): Problem[] {
  const { name } = placed.block.type;
  const place = `a block "${name}"${parent}`;
  return [
    ...missingProblems(placed, rule, place),
    ...refusedProblems(placed, rule, place),
    ...valueProblems(placed, rule),
    ...repeatedProblems(placed, rule, place),
    ...Object.entries(rule.blocks ?? {}).flatMap(([type, inner]) =>
      blocksIn(placed.block.body, type).flatMap((block) =>
        bodyProblems({ ...placed, block }, inner, ` of "${name}"`),
      ),
    ),
  ];
}

function missingProblems(placed: PlacedBlock, rule: BodyRule, place: string): Problem[] {
  const { block } = placed;
  const there = attributesOf(block.body).map(({ name }) => name.name);
  const missing = [
    ...(rule.required ?? []).filter((name) => !there.includes(name)).map((name) => `the argument "${name}"`),
    ...(rule.requiredBlocks ?? [])
      .filter((type) => blocksIn(block.body, type).length === 0)
      .map((type) => `a block "${type}"`),
  ];
  return missing.map((what) => ({ message: `${place} needs ${what}`, at: placeOf(placed) }));
}

function refusedProblems({ block, file }: PlacedBlock, rule: BodyRule, place: string): Problem[] {
  const refused = [
    ...attributesOf(block.body)
      .map(({ name }) => name)
      .filter(({ name }) => rule.refused?.includes(name)),
    ...(rule.refusedBlocks ?? []).flatMap((type) => blocksIn(block.body, type)).map(({ type }) => type),
  ];
  return refused.map((node) => problemAt(file, node, `"${node.name}" cannot stand in ${place}`));
}

const words: Readonly<Record<Plain, string>> = { string: 'a text', bool: 'true or false' };

function valueProblems({ block, file }: PlacedBlock, { constants = {}, typed = {} }: BodyRule): Problem[] {
  return attributesOf(block.body).flatMap(({ name: { name }, value }) => {
    const type = own(constants, name) ?? own(typed, name);
    if (type === undefined) return [];
    const known = literalValue(value);
    if (known !== undefined)
      return isConvertible(known.value, type) ? [] : [problemAt(file, value, `"${name}" is ${words[type]}`)];
    const isEvaluated =
      own(constants, name) !== undefined && (referencesIn(value).length > 0 || hasCall(value));
    return isEvaluated
      ? [
          problemAt(
            file,
            value,
            `"${name}" is ${words[type]} that is written out, without references and functions`,
          ),
        ]
      : [];
  });
}

/** Without what every object has: names come from files. */
function own(types: Readonly<Record<string, Plain>>, name: string): Plain | undefined {
  return Object.hasOwn(types, name) ? types[name] : undefined;
}

function repeatedProblems({ block, file }: PlacedBlock, rule: BodyRule, place: string): Problem[] {
  const blocks = (rule.single ?? []).flatMap((type) =>
    blocksIn(block.body, type)
      .slice(1)
      .map((other) => problemAt(file, other.type, `${place} has one block "${type}"`)),
  );
  const names = attributesOf(block.body)
    .map(({ name }) => name)
    .filter(({ name }) => rule.either?.includes(name));
  if (names.length < 2) return blocks;
  const [first, second] = names;
  const message = `"${first!.name}" and "${second!.name}" exclude each other: leave one of them out`;
  return [...blocks, problemAt(file, second!, message)];
}
