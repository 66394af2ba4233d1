import type fc from 'fast-check';

/** One thing to throw inputs at. */
export interface FuzzTarget<Input = never> {
  readonly name: string;
  readonly inputs: fc.Arbitrary<Input>;
  /** Throws when a promise is broken; whatever an input gets that is refused as it should be is fine. */
  readonly check: (input: Input) => void | Promise<void>;
  /** Ends what `check` started. */
  readonly close?: () => Promise<void>;
}

/** Keeps what belongs together while nobody outside has to know the type of the inputs. */
export type AnyTarget = FuzzTarget<never>;

export function target<Input>(definition: FuzzTarget<Input>): AnyTarget {
  return definition as unknown as AnyTarget;
}

/** Inputs are JSON in the corpus; bytes are written in base64. */
export function toJson(input: unknown): string {
  const text = JSON.stringify(
    input,
    function replace(this: Record<string, unknown>, key: string, value: unknown): unknown {
      const original = this[key];
      return original instanceof Uint8Array ? { base64: Buffer.from(original).toString('base64') } : value;
    },
    2,
  );
  return `${text}\n`;
}

export function fromJson(text: string): unknown {
  return JSON.parse(text, (_, value: unknown) =>
    typeof value === 'object' && value !== null && 'base64' in value
      ? Buffer.from(String(value.base64), 'base64')
      : value,
  );
}
