import type { RuleId } from './table.ts';

/**
 * - `breaking`: something that worked before does not work any more, or loses what it made
 * - `behaviour`: everything still works and does something else
 * - `additive`: more is possible
 * - `internal`: nobody outside notices
 */
export type ChangeClass = 'breaking' | 'behaviour' | 'additive' | 'internal';

/** What happened to the thing at the path. Reading two versions the other way round gives the opposite. */
export type ChangeKind = 'added' | 'removed' | 'renamed' | 'widened' | 'narrowed' | 'changed';

/** One difference between two versions of a module. */
export interface Change {
  readonly class: ChangeClass;
  readonly kind: ChangeKind;
  /** `inputs.lock.kind`, `outputs.resourceId`, `types.lockType.kind`, `footprint.providers.azurerm`. */
  readonly path: string;
  /** What was there; absent when nothing was. */
  readonly before?: unknown;
  readonly after?: unknown;
  /** Of the classification table. */
  readonly rule: RuleId;
  /** One sentence for a person. */
  readonly message: string;
  /** What uses a shared type that changed: the first ones. */
  readonly uses?: readonly string[];
  /** How many more there are, at least; absent when all are listed. */
  readonly moreUses?: number;
}

/** From the gravest to the lightest. */
export const changeClasses: readonly ChangeClass[] = ['breaking', 'behaviour', 'additive', 'internal'];
