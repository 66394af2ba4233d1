import { changeClasses, type Change, type ChangeClass } from './change.ts';

/** The part of a version number that goes up. */
export type Bump = 'major' | 'minor' | 'patch';

export type Honesty = 'too small' | 'honest' | 'larger than needed';

/** From the largest to the smallest. */
const bumps: readonly Bump[] = ['major', 'minor', 'patch'];

interface Numbers {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
}

/** The gravest class of some changes; undefined when there is none. */
export function gravest(changes: readonly Pick<Change, 'class'>[]): ChangeClass | undefined {
  return changeClasses.find((each) => changes.some((change) => change.class === each));
}

/**
 * The smallest honest bump (Semantic Versioning 2.0.0). Before 1.0.0, given as the version that was, AVM's rule holds: the
 * minor number goes up for what breaks and for what is new, the major one for neither.
 */
export function verdictOf(changes: readonly Pick<Change, 'class'>[], from?: Numbers): Bump {
  const found = gravest(changes);
  if (found === undefined || found === 'internal') return 'patch';
  return found === 'breaking' && from?.major !== 0 ? 'major' : 'minor';
}

/**
 * Which part of the number goes up from one version to a later one; undefined when it is no later one. From a pre-release to
 * its release no number does: there it is the last one that is not zero, which went up when the pre-release was made.
 */
export function bumpOf(from: Numbers, to: Numbers): Bump | undefined {
  if (to.major !== from.major) return to.major > from.major ? 'major' : undefined;
  if (to.minor !== from.minor) return to.minor > from.minor ? 'minor' : undefined;
  if (to.patch !== from.patch) return to.patch > from.patch ? 'patch' : undefined;
  if (to.patch > 0) return 'patch';
  return to.minor > 0 ? 'minor' : 'major';
}

/** What a declared bump is beside the verdict. */
export function honestyOf(declared: Bump, verdict: Bump): Honesty {
  const difference = bumps.indexOf(declared) - bumps.indexOf(verdict);
  if (difference === 0) return 'honest';
  return difference > 0 ? 'too small' : 'larger than needed';
}
