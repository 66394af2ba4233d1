import { startS3 } from './s3/service.ts';

/** Where the server of a test keeps what it stores. */
export interface Stores {
  /** Added to the settings of the server. */
  readonly settings: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

/** The stores that the environment of a test asks for: `ASHLAR_TEST_BLOBS=s3`, else files. */
export async function startStores(): Promise<Stores> {
  if (process.env['ASHLAR_TEST_BLOBS'] !== 's3') return { settings: {}, stop: async () => {} };
  const service = await startS3();
  // Where the SDK looks for them.
  Object.assign(process.env, service.credentials);
  return { settings: { blobs: service.url() }, stop: async () => await service.stop() };
}
