/** Where a bucket is. Credentials are no part of it: the SDK finds them in environment, profile or machine. */
export interface S3Location {
  readonly bucket: string;
  /** Without slashes at its ends; may be empty. */
  readonly prefix: string;
  /** Absent: what the SDK finds in environment or profile. */
  readonly region: string | undefined;
  /** Absent: Amazon's own. */
  readonly endpoint: string | undefined;
  /** Whether the bucket is part of the path rather than of the host name. */
  readonly forcePathStyle: boolean;
}

/** Completes the sentence "blobs: <reason>. <fix>". */
export interface WrongLocation {
  readonly reason: string;
  readonly fix: string;
}

const example =
  'Write s3://BUCKET/PREFIX, for example s3://contoso-modules/ashlar?region=westeurope or s3://modules?endpoint=https://minio.example.com.';
const shape = /^s3:\/\/(?<bucket>[^/?#]*)(?:\/(?<prefix>[^?#]*))?(?:\?(?<query>[^#]*))?$/;
/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const bucketName = /^(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/;
/** Characters that every service and tool takes as they are. */
const prefixPart = /^(?!\.{1,2}$)[A-Za-z0-9!_.'()-]+$/;
const maxPrefix = 512;
const keys = ['region', 'endpoint', 'force-path-style'];

/** Reads `s3://bucket/prefix?region=…&endpoint=…&force-path-style=true`. */
export function parseS3Url(url: string): S3Location | WrongLocation {
  // Before anything is repeated: it may hold a secret.
  if (/^[a-z0-9+.-]+:\/\/[^/?#]*@/i.test(url)) return credentials('a user or password');
  const parts = shape.exec(url)?.groups;
  if (parts === undefined)
    return { reason: 'the value is not an address that starts with s3://', fix: example };
  const { bucket = '', prefix: path = '', query: text = '' } = parts;
  const query = new URLSearchParams(text);
  const foreign = [...query.keys()].find((key) => !keys.includes(key));
  if (foreign !== undefined) return unknownKey(foreign);
  const repeated = keys.find((key) => query.getAll(key).length > 1);
  if (repeated !== undefined) return { reason: `${repeated} is there twice`, fix: 'Write it once.' };
  if (!bucketName.test(bucket)) {
    const fix = 'A bucket has 3 to 63 lower-case letters, digits, dots and hyphens.';
    return { reason: `"${bucket}" is not the name of a bucket`, fix };
  }
  const prefix = path.replace(/\/$/, '');
  if (
    prefix.length > maxPrefix ||
    (prefix !== '' && !prefix.split('/').every((part) => prefixPart.test(part)))
  ) {
    const fix = `Write up to ${maxPrefix} letters, digits and !_.'()- with single slashes between.`;
    return { reason: `"${prefix.slice(0, 80)}" is not a usable prefix`, fix };
  }
  return withQuery({ bucket, prefix }, query);
}

function withQuery(
  place: Pick<S3Location, 'bucket' | 'prefix'>,
  query: URLSearchParams,
): S3Location | WrongLocation {
  const region = query.get('region') ?? undefined;
  if (region !== undefined && !/^[a-z0-9-]{2,40}$/.test(region)) {
    return { reason: `"${region.slice(0, 80)}" is not a region`, fix: 'Write one such as eu-central-1.' };
  }
  const endpoint = query.get('endpoint') ?? undefined;
  if (endpoint !== undefined) {
    const wrong = wrongEndpoint(endpoint);
    if (wrong !== undefined) return wrong;
  }
  const style = query.get('force-path-style');
  if (style !== null && style !== 'true' && style !== 'false') {
    return { reason: `force-path-style=${style.slice(0, 80)} is not possible`, fix: 'Write true or false.' };
  }
  // Services that people run themselves rarely have a host name for each bucket; Amazon's do.
  const forcePathStyle = style === null ? endpoint !== undefined : style === 'true';
  return { ...place, region, endpoint: endpoint?.replace(/\/$/, ''), forcePathStyle };
}

function wrongEndpoint(endpoint: string): WrongLocation | undefined {
  const fix = 'Write https:// or http:// and a host, for example endpoint=https://minio.example.com:9000.';
  if (!/^https?:\/\/[^/\\\s]/i.test(endpoint) || !URL.canParse(endpoint)) {
    return { reason: 'the endpoint is not an address that starts with https:// or http://', fix };
  }
  const { username, password, search, hash } = new URL(endpoint);
  if (username !== '' || password !== '') return credentials('a user or password in its endpoint');
  if (search !== '' || hash !== '') return { reason: 'the endpoint has a query or fragment', fix };
  return undefined;
}

/** People who come from other tools write keys into the query; their values must not reach a log. */
function unknownKey(key: string): WrongLocation {
  if (/key|secret|token|pass|credential/i.test(key)) return credentials('credentials');
  return { reason: `there is no "${key.slice(0, 80)}" in it`, fix: `Possible are ${keys.join(', ')}.` };
}

function credentials(what: string): WrongLocation {
  const fix =
    'Take them out and set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, name a profile with AWS_PROFILE, or give the machine a role.';
  return { reason: `the address holds ${what}`, fix };
}

export function isWrong(location: S3Location | WrongLocation): location is WrongLocation {
  return 'reason' in location;
}
