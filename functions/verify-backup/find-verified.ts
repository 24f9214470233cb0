import type { Newest } from './ledger-records.ts';
import { seriesOf } from './series.ts';
import type { Services } from './services.ts';

/**
 * The newest good backup of the series in which one was judged. Series may be named otherwise since: then the one
 * that it would be judged in now counts as well, where it is newer.
 */
export const findVerified = async (
  { ledger }: Pick<Services, 'ledger'>,
  backup: string,
  { bucket, key }: { bucket: string; key: string },
  judgedIn: string | undefined,
): Promise<Newest | undefined> => {
  const named = seriesOf({ bucket, key });
  const isByItself = judgedIn === `s3://${bucket}/${key}`;
  const series = new Set([judgedIn ?? named, isByItself ? judgedIn : named]);
  const verified = await Promise.all([...series].map((one) => ledger.verified(backup, one)));
  return verified
    .filter((one) => one !== undefined)
    .sort((a, b) => (a.lastModified < b.lastModified ? 1 : -1))[0];
};
