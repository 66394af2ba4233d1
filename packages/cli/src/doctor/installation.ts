import { isLoopback } from '@ashlar/core/loopback';

import { type Client, connectionReason, createClient } from '../client.ts';
import { type Check, fail, inOrder, skip } from './check.ts';
import { checkExpiry, checkMetrics, checkReady } from './health.ts';
import { checkArchive, checkDiscovery, checkExternalUrl } from './protocol.ts';
import {
  checkChallenge,
  checkEscapes,
  checkHead,
  checkHugeUpload,
  checkLargeBody,
  checkTransfer,
  checkUntouched,
} from './proxy.ts';
import { checkServer } from './server.ts';

type Work = (client: Client) => Promise<Check | Check[]>;

/** What is asked without credentials, and under which name it fails when there is no answer. */
const questions: readonly (readonly [group: Check['group'], name: string, work: Work])[] = [
  ['health', 'stores', checkReady],
  ['health', 'metrics', checkMetrics],
  ['tls', 'expiry', checkExpiry],
  ['proxy', 'challenge', checkChallenge],
  ['proxy', 'escaped slash', checkEscapes],
  ['proxy', 'paths untouched', checkUntouched],
  ['proxy', 'HEAD', checkHead],
  ['proxy', 'large body', checkLargeBody],
  ['proxy', 'huge upload', checkHugeUpload],
  ['proxy', 'range', checkTransfer],
  ['terraform', 'discovery', checkDiscovery],
  ['terraform', 'archive', checkArchive],
];

/** Looks at a running installation from where its clients are: the server, and what stands before it. */
export async function examineServer(client: Client): Promise<Check[]> {
  const { checks, status, isSignedIn } = await checkServer(client);
  if (status === undefined) return [...checks];
  // A refused token would fail everything else for the same reason.
  const isTokenRefused = client.settings.token !== undefined && !isSignedIn;
  const reader = isTokenRefused ? await createClient({ ...client.settings, token: undefined }) : client;
  const isInside = asksFromInside(client, Object.values(status.externalUrls));
  const asked = isInside ? questions.filter(([, name]) => name !== 'challenge') : questions;
  const others = await Promise.all(
    asked.map(async ([group, name, work]) => {
      try {
        return await work(reader);
      } catch (error) {
        const reason = connectionReason((error as Error).cause ?? error);
        return fail(group, name, `no answer: ${reason}`, 'Look at the log of what stands before the server.');
      }
    }),
  );
  const address = isInside
    ? skip(
        'oci',
        'external address',
        `${client.settings.url} is not the one of clients; ask that one as well`,
      )
    : checkExternalUrl(client, status);
  return inOrder([...checks, address, ...others.flat()]);
}

/** Whether this is the machine of a server that clients reach under a name, as behind a proxy. */
function asksFromInside(
  { settings: { url } }: Client,
  externalUrls: readonly (string | undefined)[],
): boolean {
  const named = externalUrls.filter((each) => each !== undefined);
  return isLoopback(url) && !named.includes(url) && !named.some((each) => isLoopback(each));
}
