import type { AshlarError, Change, ChangeClass, Language, ModuleClass, Problem } from '@ashlar/core';

import type { DetailInput } from './module-detail.ts';

/** The bytes of a module, as its artifact holds them. */
export type ModuleContent =
  | {
      readonly language: Extract<Language, 'terraform'>;
      readonly class: ModuleClass | null;
      readonly files: readonly ContentFile[];
    }
  | {
      readonly language: Extract<Language, 'bicep'>;
      readonly class: ModuleClass | null;
      readonly template: Uint8Array;
      /** The layer with the sources, a tar.gz. */
      readonly source: Uint8Array | undefined;
    };

export interface ContentFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** What was read of a module. Texts are packed: see `packed-text.ts`. */
export interface ReadModule {
  /** Whether there is a module among the files. */
  readonly isModule: boolean;
  /** JSON of the `Module`; undefined where it is too large to be kept. */
  readonly model: string | undefined;
  /** JSON object of the READMEs of submodules and examples by their paths; undefined without any. */
  readonly readmes: string | undefined;
  readonly problems: readonly Problem[];
}

export interface Comparison {
  /** JSON array of `Change`; packed. */
  readonly changes: string;
  /** Characters of that JSON. */
  readonly size: number;
  readonly gravest: ChangeClass | undefined;
  /** The sentences of the first changes of that class. */
  readonly first: readonly string[];
}

/** What the thread does, with its input and its outcome. Models are packed JSON. */
export interface ReaderJobs {
  read: { readonly input: ModuleContent; readonly outcome: ReadModule };
  compare: {
    readonly input: { readonly before: string; readonly after: string };
    readonly outcome: Comparison;
  };
  /** Where a text stops being JSON. */
  locate: { readonly input: { readonly text: Uint8Array }; readonly outcome: Problem | undefined };
  /** See {@link moduleDetail}; the texts are not packed. */
  detail: { readonly input: DetailInput; readonly outcome: string };
  /** JSON Schema of the inputs, as text. */
  schema: { readonly input: { readonly model: string }; readonly outcome: string };
}

export type ReaderJobName = keyof ReaderJobs;

/** How the outside of the thread gets what it sends. */
export type ReaderReply =
  | 'begun'
  | { readonly outcome: unknown }
  | { readonly known: ReturnType<AshlarError['toData']> }
  | { readonly unknown: string };

export interface ReaderRequest {
  readonly name: ReaderJobName;
  readonly input: unknown;
}

export type { Change };
