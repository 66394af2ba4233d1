const mebibyte = 1024 * 1024;

export interface S3Limits {
  /** Requests for one call, the first included; the SDK waits between them, longer each time and with jitter. */
  readonly attempts: number;
  /** Connections to the service that are open at once; as many transfers can run. */
  readonly sockets: number;
  /** Milliseconds for connecting. */
  readonly connectTimeout: number;
  /** Milliseconds until a request without content is answered. */
  readonly answerTimeout: number;
  /** Milliseconds for sending one part, or until the service has assembled or copied an object. */
  readonly transferTimeout: number;
  /** Milliseconds without a byte after which a connection is given up; slow readers of ours pause it. */
  readonly idleTimeout: number;
  /** Bytes: what is not larger is sent in one request, what is larger in parts of this size, or larger ones. */
  readonly partSize: number;
  /** Parts of one blob that are sent at the same time. */
  readonly parallelParts: number;
  /** Bytes of parts in memory, whatever number of blobs is sent. */
  readonly partMemory: number;
  /** Bytes: services copy larger objects in parts only. */
  readonly copySize: number;
}

/** The most parts that an object may have. https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
export const maxParts = 10_000;

export const defaultLimits: S3Limits = {
  attempts: 4,
  sockets: 256,
  connectTimeout: 5_000,
  answerTimeout: 10_000,
  transferTimeout: 120_000,
  idleTimeout: 120_000,
  // The smallest that every service takes is 5 MiB.
  partSize: 8 * mebibyte,
  parallelParts: 4,
  partMemory: 64 * mebibyte,
  copySize: 5 * 1024 * mebibyte,
};
