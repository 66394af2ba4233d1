import type { Problem } from '../../module/model.ts';
import { addressProblems, importedProviderProblems } from './address-problem.ts';
import { argumentProblems } from './argument-problem.ts';
import type { PlacedBlock } from './block.ts';
import { conditionProblems } from './condition-problem.ts';
import { type Directory, standalone } from './directory.ts';
import { lifecycleProblems } from './lifecycle-problem.ts';
import { moduleCallProblems } from './module-problem.ts';
import { overrideProblems } from './override-problem.ts';
import { providerNameProblems } from './provider-problem.ts';
import { settingProblems, settingsProblems } from './settings-problem.ts';

/** What Terraform refuses of what stands in the blocks of these types, each by itself as it is written. */
export function contentProblems(directory: Directory, types: readonly string[]): Problem[] {
  return [
    ...types.flatMap((type) => [
      ...whole(directory.blocks(type)).flatMap((placed) => blockProblems(standalone(placed), false)),
      ...whole(directory.overrides(type)).flatMap((placed) => [
        ...overrideProblems(placed),
        ...blockProblems(placed, true),
      ]),
    ]),
    ...settingsProblems(directory),
    ...importedProviderProblems(directory),
  ];
}

/** What is left of a file that could not be read wholly may lack what only looks missing. */
function whole(blocks: readonly PlacedBlock[]): PlacedBlock[] {
  return blocks.filter(({ file }) => file.tree.problems.length === 0);
}

function blockProblems(placed: PlacedBlock, isOverride: boolean): Problem[] {
  return [
    ...argumentProblems(placed, isOverride),
    ...conditionProblems(placed),
    ...lifecycleProblems(placed),
    ...addressProblems(placed),
    ...moduleCallProblems(placed),
    ...providerNameProblems(placed),
    ...settingProblems(placed),
  ];
}
