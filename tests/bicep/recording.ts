import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Traffic of Bicep's two HTTP stacks, recorded in front of CNCF distribution; see fixtures/wire. */
export interface Recording {
  readonly scenario: string;
  readonly title: string;
  readonly server: string;
  readonly steps: readonly Step[];
}

export interface Step {
  readonly step: string;
  readonly exitCode: number;
  readonly exchanges: readonly Exchange[];
}

export interface Exchange {
  readonly n: number;
  /** `distribution` is a real registry; `script` and `… altered by script` show how a client takes something else. */
  readonly answeredBy: string;
  readonly request: {
    readonly method: string;
    readonly target: string;
    readonly headers: Headers;
    readonly body: Body;
  };
  readonly response?: { readonly status: number; readonly headers: Headers; readonly body: Body };
}

type Headers = readonly (readonly [string, string])[];

interface Body {
  readonly length: number;
  readonly sha256?: string;
  readonly text?: string;
  readonly base64?: string;
}

const folder = join(import.meta.dirname, 'fixtures/wire');

export function readRecordings(): Recording[] {
  return readdirSync(folder)
    .toSorted()
    .map((name) => JSON.parse(readFileSync(join(folder, name), 'utf8')) as Recording);
}

export function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** The bytes of a body; of a large one only length and digest were kept, and other bytes of that length stand in. */
export function bytesOf(body: Body): Buffer {
  if (body.length === 0) return Buffer.alloc(0);
  if (body.base64 !== undefined) return Buffer.from(body.base64, 'base64');
  if (body.text !== undefined) return Buffer.from(body.text);
  return Buffer.alloc(body.length, body.sha256);
}

export function headerOf(headers: Headers, name: string): string | undefined {
  return headers.find(([key]) => key.toLowerCase() === name)?.[1];
}

/** Whether a real registry answered, and the answer came through as it was. */
export function isGenuine({ answeredBy }: Exchange): boolean {
  return answeredBy === 'distribution';
}
