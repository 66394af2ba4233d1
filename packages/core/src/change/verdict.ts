import { compareVersions, isPrerelease, numbersOf, type Version } from '../module/version.ts';
import { changeClasses, type Change, type ChangeClass } from './change.ts';

/** The part of a version number that goes up. */
export type Bump = 'major' | 'minor' | 'patch';

export type Honesty = 'too small' | 'honest' | 'larger than needed';

/** From the largest to the smallest. */
const bumps: readonly Bump[] = ['major', 'minor', 'patch'];

/** The gravest class of some changes; undefined when there is none. */
export function gravest(changes: readonly Pick<Change, 'class'>[]): ChangeClass | undefined {
  return changeClasses.find((each) => changes.some((change) => change.class === each));
}

/**
 * The smallest honest bump (Semantic Versioning 2.0.0). Before 1.0.0, given as the version that was, AVM's rule holds: the
 * minor number goes up for what breaks and for what is new, the major one for neither.
 */
export function verdictOf(changes: readonly Pick<Change, 'class'>[], from?: Version): Bump {
  const found = gravest(changes);
  if (found === undefined || found === 'internal') return 'patch';
  return found === 'breaking' && (from === undefined || numbersOf(from).major > 0) ? 'major' : 'minor';
}

/**
 * Which part of the number goes up from one version to a later one; undefined when it is no later one, and after a
 * pre-release, which nobody relies on to stay as it is (Semantic Versioning 2.0.0, 9). Another build of a version declares no
 * more than a patch does.
 */
export function bumpOf(from: Version, to: Version): Bump | undefined {
  if (isPrerelease(from) || compareVersions(to, from) <= 0) return undefined;
  const [before, after] = [numbersOf(from), numbersOf(to)];
  return bumps.find((each) => after[each] > before[each]) ?? 'patch';
}

/** What a declared bump is beside the verdict. */
export function honestyOf(declared: Bump, verdict: Bump): Honesty {
  const difference = bumps.indexOf(declared) - bumps.indexOf(verdict);
  if (difference === 0) return 'honest';
  return difference > 0 ? 'too small' : 'larger than needed';
}
