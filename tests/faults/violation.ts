/** A promise that the server broke. Everything else that goes wrong is a fault of the loop. */
export class Violation extends Error {}

/** What a change did: nothing that anybody can see, or all of it. */
export type Outcome = 'before' | 'after';

/**
 * Boils down what different paths show to one outcome; `undefined` is a path that shows nothing of the change.
 * @throws Violation when they do not agree: the change was done by half
 */
export function agree(what: string, views: Readonly<Record<string, Outcome>>): Outcome {
  const outcomes = new Set(Object.values(views));
  if (outcomes.size === 1) return [...outcomes][0]!;
  const told = Object.entries(views).map(([path, outcome]) => `${path}: ${outcome}`);
  throw new Violation(`${what} is there by half: ${told.join(', ')}`);
}
