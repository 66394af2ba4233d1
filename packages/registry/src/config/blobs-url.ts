import { isWrong, parseS3Url } from '../store/blob/s3/location.ts';
import { field, Wrong } from './field.ts';

/** `s3://…`, kept as it is written. It is never repeated in an error: somebody may have put a secret into it. */
export const blobsUrl = field<string>((raw) => {
  const location = parseS3Url(typeof raw === 'string' ? raw : '');
  return isWrong(location) ? new Wrong(location.reason, location.fix) : (raw as string);
});
