import type { Problem } from '../../module/model.ts';
import { attributesOf, blocksIn, type PlacedBlock, problemAt } from './block.ts';
import type { Directory } from './directory.ts';
import { localNameProblems, requirementProblems, versionProblems } from './provider-problem.ts';
import { hasCall, referencesIn } from './reference.ts';

/** Where the state is kept. There is one such block; that of an override file replaces it, whichever it was. */
const stateTypes = ['backend', 'cloud', 'state_store'];

/** What Terraform refuses of its own settings. */
export function settingsProblems(directory: Directory): Problem[] {
  const overrides = Map.groupBy(directory.overrides('terraform'), ({ file }) => file);
  return [
    ...stateProblems(directory.blocks('terraform')),
    ...[...overrides.values()].flatMap((each) => stateTypes.flatMap((type) => stateProblems(each, [type]))),
    ...directory
      .blocks('required_providers')
      .map(({ block, file }) =>
        problemAt(file, block.type, 'a block "required_providers" stands in a block "terraform"'),
      ),
  ];
}

/** What Terraform refuses of one block of its settings. */
export function settingProblems({ block, file }: PlacedBlock): Problem[] {
  if (block.type.name !== 'terraform') return [];
  const version = attributesOf(block.body).filter(({ name }) => name.name === 'required_version');
  const requirements = blocksIn(block.body, 'required_providers').flatMap(({ body }) => attributesOf(body));
  return [
    ...version.flatMap(({ value }) => versionProblems(file, value)),
    ...requirements.flatMap((each) => requirementProblems(file, each)),
    ...blocksIn(block.body, 'provider_meta').flatMap((inner) => [
      ...inner.labels.flatMap((label) => localNameProblems(file, label, label.value)),
      ...attributesOf(inner.body)
        .filter(({ value }) => referencesIn(value).length > 0 || hasCall(value))
        .map(({ value }) =>
          problemAt(file, value, 'what a provider is told is written out, without references and functions'),
        ),
    ]),
  ];
}

function stateProblems(blocks: readonly PlacedBlock[], types = stateTypes): Problem[] {
  const [first, ...others] = blocks.flatMap(({ block, file }) =>
    types.flatMap((type) => blocksIn(block.body, type)).map((inner) => ({ inner, file })),
  );
  if (first === undefined) return [];
  const { file: path, line } = first.file.placeOf(first.inner.type);
  return others.map(({ inner, file }) =>
    problemAt(
      file,
      inner.type,
      `where the state is kept is said already, in ${path}:${line}: "${first.inner.type.name}"`,
    ),
  );
}
