import { type Choose, LossyFile } from './lossy-file.ts';

export type Entry = LossyFile | LossyFolder;

/**
 * The names in a folder. A name that was made, moved or removed and not synced is, after a power cut, what it was at any
 * time since the last sync; each name by itself, so that a file that was moved may have both of its names, or none.
 */
export class LossyFolder {
  readonly entries = new Map<string, Entry>();
  readonly #durable = new Map<string, Entry>();
  /** What each name stood for since the last sync, the newest last. */
  readonly #pending = new Map<string, (Entry | undefined)[]>();

  set(name: string, entry: Entry | undefined): void {
    if (entry === undefined) this.entries.delete(name);
    else this.entries.set(name, entry);
    this.#pending.set(name, [...(this.#pending.get(name) ?? []), entry]);
  }

  sync(): void {
    for (const [name, states] of this.#pending) keep(this.#durable, name, states.at(-1));
    this.#pending.clear();
  }

  /** A sync that failed. */
  forget(): void {
    this.#pending.clear();
  }

  /** `known` holds what was copied already: a file may have two names. */
  survivor(choose: Choose, known = new Map<Entry, Entry>()): LossyFolder {
    const folder = new LossyFolder();
    const names = new Map(this.#durable);
    for (const [name, states] of this.#pending) {
      const chosen = choose(states.length + 1);
      if (chosen < states.length) keep(names, name, states[chosen]);
    }
    for (const [name, entry] of names) {
      const copy =
        known.get(entry) ??
        (entry instanceof LossyFile ? entry.survivor(choose) : entry.survivor(choose, known));
      known.set(entry, copy);
      folder.entries.set(name, copy);
      folder.#durable.set(name, copy);
    }
    return folder;
  }
}

function keep(names: Map<string, Entry>, name: string, entry: Entry | undefined): void {
  if (entry === undefined) names.delete(name);
  else names.set(name, entry);
}
