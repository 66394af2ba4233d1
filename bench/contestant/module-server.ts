import type { Program } from '../program.ts';

/** A server that Terraform can install modules from. */
export interface ModuleServer {
  readonly name: string;
  readonly program: Program;
  /** `http://127.0.0.1:1234` */
  readonly url: string;
}

export interface ModuleFile {
  readonly path: string;
  readonly bytes: Buffer;
}

/** A module as a benchmark publishes it: `bench/<name>/test`, version 1.0.0. */
export interface BenchModule {
  readonly name: string;
  readonly files: readonly ModuleFile[];
}

export const moduleNamespace = 'bench';
export const moduleSystem = 'test';
export const moduleVersion = '1.0.0';
