import type { JsonValue } from './jsonc.ts';

/** What is known about the server that a client is set up for. */
export interface SetupInput {
  /** The address that this command uses. */
  readonly url: string;
  /** External addresses of the listeners that run. */
  readonly http: string | undefined;
  readonly https: string | undefined;
  readonly token: string | undefined;
  /** Whether the files are written, not printed. */
  readonly isWriting: boolean;
  /** Whether a printed token is shown; written files always get it. */
  readonly showToken: boolean;
  /** Path of the CA that clients must be told about; undefined when the system trusts the server. */
  readonly ca: string | undefined;
  /** `login.v1` of the discovery document, with absolute addresses. */
  readonly login: Readonly<Record<string, JsonValue>> | undefined;
  readonly dropIn: DropIn;
  readonly env: NodeJS.ProcessEnv;
  readonly home: string;
  readonly cwd: string;
}

/** What happens to the name of the public registry; see terraform.ts. */
export type DropIn = 'public' | 'token' | 'off';

export interface Recipe {
  /** What `--write` writes; the first is what is printed without it. */
  readonly files: readonly PlannedFile[];
  /** Set in the shell that starts the client. */
  readonly environment: readonly (readonly [name: string, value: string])[];
  /** Run once. */
  readonly commands: readonly string[];
  readonly notes: readonly string[];
}

export interface PlannedFile {
  readonly path: string;
  /** As it is printed. */
  readonly shown: string;
  /** Whether it holds the token, so that nobody else may read it. */
  readonly isSecret: boolean;
  /** The new text of the file, made from its old one. @throws ASH-CONFIG when that cannot be done without harm */
  readonly edit: (text: string) => string;
  /** A file whose text a new file begins with. */
  readonly startsFrom?: string;
}
