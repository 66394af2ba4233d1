import { archiveErrors } from './archive.ts';
import { identityErrors } from './identity.ts';
import { moduleErrors } from './module.ts';
import { ociErrors } from './oci.ts';
import { referenceErrors } from './reference.ts';
import { requestErrors } from './request.ts';
import { serverErrors } from './server.ts';

/** What every entry of the catalogue states. `message` is one or two sentences: what happened and what to do. */
export interface ErrorEntry<Params = never> {
  /** HTTP status; protocols may translate it into their own. */
  readonly status: number;
  /** Exit code of the CLI: 1 findings or refused, 2 wrong use, 3 not allowed, 4 network or upstream, 5 internal. */
  readonly exit: 1 | 2 | 3 | 4 | 5;
  readonly message: (params: Params) => string;
}

/** Every error that Ashlar reports. Codes are API: an entry is never renamed. */
export const catalogue = {
  ...archiveErrors,
  ...identityErrors,
  ...moduleErrors,
  ...ociErrors,
  ...referenceErrors,
  ...requestErrors,
  ...serverErrors,
};

export type ErrorCode = keyof typeof catalogue;
/** What the message of an error is made of; an empty object for messages without parameters. */
export type ErrorParams<Code extends ErrorCode> =
  Parameters<(typeof catalogue)[Code]['message']> extends [infer Params] ? Params : Record<string, never>;

/** Plain data form of an error, for crossing threads and processes. */
export interface ErrorData {
  readonly code: ErrorCode;
  readonly params: unknown;
}

/**
 * An error of the catalogue. `message` is the sentence for people, `code` the stable name for programs.
 * `params` holds what the sentence was made of, never a secret.
 */
export class AshlarError extends Error {
  readonly code: ErrorCode;
  readonly params: unknown;
  readonly status: number;
  readonly exit: number;

  constructor(data: ErrorData, options?: ErrorOptions) {
    const entry: ErrorEntry<never> = catalogue[data.code];
    super(entry.message(data.params as never), options);
    this.name = 'AshlarError';
    this.code = data.code;
    this.params = data.params;
    this.status = entry.status;
    this.exit = entry.exit;
  }

  toData(): ErrorData {
    return { code: this.code, params: this.params };
  }
}

/** Makes an error of the catalogue; throw or return it. */
export function ashlarError<Code extends ErrorCode>(
  code: Code,
  params: ErrorParams<Code>,
  options?: ErrorOptions,
): AshlarError {
  return new AshlarError({ code, params }, options);
}
