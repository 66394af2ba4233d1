import type { ErrorCode } from '../error/index.ts';

export type LimitUnit = 'bytes' | 'characters' | 'seconds' | 'times' | 'entries';

/**
 * What happens one past a limit, besides an error of the catalogue:
 * - `cut`: what is too long is shortened, what comes behind is not looked at
 * - `problem`: the file has a problem at that place, and what is past it is not read
 * - `page`: the rest comes on further pages
 * - `expired`: what was handed out does not work any more
 * - `closed`: the connection ends
 */
export type PastLimit = ErrorCode | 'cut' | 'problem' | 'page' | 'expired' | 'closed';

export interface Limit {
  /** Inclusive: the value itself passes. */
  readonly value: number;
  readonly unit: LimitUnit;
  /** What it bounds. */
  readonly bounds: string;
  /** Where it is looked at. */
  readonly where: string;
  readonly past: PastLimit;
}

/** A limit that the administrator sets, within bounds of its own; written as in the configuration. */
export interface SettingLimit {
  readonly default: string;
  readonly least: string;
  readonly most: string;
  readonly bounds: string;
  readonly past: PastLimit;
}
