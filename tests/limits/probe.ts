import { AshlarError, type PastLimit } from '@ashlar/core';

import { type Client, ociClient } from '../oci/client.ts';
import { type Answer, putVersion } from '../publish/put-version.ts';
import { startTestServer, type TestServer } from '../support/server.ts';

/** Sends so much and tells what became of it beyond success: undefined when it was taken whole. */
export type Probe = (amount: number, place: Place) => PastLimit | undefined | Promise<PastLimit | undefined>;

/** Where probes send to: one server for all, under names of their own. */
export interface Place {
  readonly server: TestServer;
  readonly oci: Client;
  /** A name that no other probe has. */
  name(): string;
  /** Lets the clock of the server go on. */
  advance(milliseconds: number): void;
}

export async function openPlace(): Promise<Place & { close(): Promise<void> }> {
  let now = Date.now();
  let names = 0;
  const server = await startTestServer({ clock: { now: () => now } });
  return {
    server,
    oci: ociClient(server, { token: server.admin }),
    name: () => `limit-${++names}`,
    advance(milliseconds) {
      now += milliseconds;
    },
    close: async () => await server.stop(),
  };
}

/** The code of the error that is thrown, if one is. @throws what is no error of the catalogue */
export async function codeThrown(work: () => unknown): Promise<PastLimit | undefined> {
  try {
    await work();
    return undefined;
  } catch (error) {
    if (error instanceof AshlarError) return error.code;
    throw error;
  }
}

/** The code of an answer; undefined when it was a success. */
export function codeOf(answer: Answer): PastLimit | undefined {
  return answer.status < 300 ? undefined : answer.body.code;
}

/** Publishes a Terraform module under a name of its own; `query` is the rest of what the API takes. */
export async function publish(
  { server, name }: Place,
  body: Uint8Array,
  query: Readonly<Record<string, string>> = {},
): Promise<{ answer: Answer; address: string }> {
  const address = `terraform/contoso/${name()}/azurerm`;
  return { answer: await putVersion(server, { ref: `${address}@1.0.0`, body, query }), address };
}
