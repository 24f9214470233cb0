import { seriesOf } from './series.ts';
import type { Services } from './services.ts';

/**
 * When the newest backup of a policy that was judged was made; undefined where none was. A record of its
 * series speaks for what was judged before this was noted.
 */
export const findNewestJudged = async (
  { ledger }: Pick<Services, 'ledger'>,
  backup: string,
  place: { bucket: string; key: string },
): Promise<string | undefined> => {
  const series = (await ledger.reading(place))?.series ?? seriesOf(place);
  const times = [
    await ledger.judged(backup),
    (await ledger.verified(backup, series))?.lastModified,
  ];
  return times
    .filter((time) => time !== undefined)
    .sort()
    .at(-1);
};
