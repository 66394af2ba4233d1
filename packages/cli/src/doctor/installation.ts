import { type Client, connectionReason, createClient } from '../client.ts';
import { type Check, fail, inOrder } from './check.ts';
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
  const others = await Promise.all(
    questions.map(async ([group, name, work]) => {
      try {
        return await work(reader);
      } catch (error) {
        const reason = connectionReason((error as Error).cause ?? error);
        return fail(group, name, `no answer: ${reason}`, 'Look at the log of what stands before the server.');
      }
    }),
  );
  return inOrder([...checks, checkExternalUrl(client, status), ...others.flat()]);
}
