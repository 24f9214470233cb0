import { nameSeries } from './name-series.ts';
import { nameTimes } from './name-times.ts';

/**
 * The series that an object belongs to, as an address whose changing parts are `#`. Originals and copies
 * are series of their own.
 *
 * @param isOverwritten the key held another backup before. A name without a date that is written over is
 * a series by itself, so that `tenant1.dump` is never compared with `tenant2.dump`.
 */
export const seriesOf = (
  { bucket, key }: { bucket: string; key: string },
  isOverwritten = false,
): string => {
  const isByItself = isOverwritten && nameTimes(key).length === 0;
  return `s3://${bucket}/${isByItself ? key : nameSeries(key)}`;
};
