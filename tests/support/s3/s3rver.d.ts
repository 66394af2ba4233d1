declare module 's3rver' {
  import type { Server } from 'node:http';

  /** What the tests use of it; the package has no types. */
  export default class S3rver {
    constructor(options: {
      readonly address: string;
      readonly port: number;
      readonly silent: boolean;
      readonly directory: string;
      readonly configureBuckets: readonly { readonly name: string }[];
    });
    run(): Promise<{ readonly port: number }>;
    readonly httpServer: Server;
    readonly store: {
      listObjects(
        bucket: string,
        options: { readonly prefix?: string },
      ): Promise<{
        readonly objects: readonly {
          readonly key: string;
          readonly size: number;
          readonly lastModifiedDate: Date;
        }[];
      }>;
    };
  }
}
