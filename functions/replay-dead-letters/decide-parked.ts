import type { JudgedReport } from '../../events/check-reported/v1.ts';
import type { AwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import { shortenText } from '../../shared/short-text/shorten-text.ts';
import type { ParkedCount } from './count-parked.ts';
import type { ParkedPlaces } from './services.ts';

const MAX_SUMMARY = 1_024;

const listReasons = (reasons: Record<string, number>): string =>
  Object.entries(reasons)
    .sort(([, a], [, b]) => b - a)
    .map(([reason, count]) => `${reason}: ${count}`)
    .join(', ');

const summarize = (count: ParkedCount): string => {
  const sum = count.quarantine + count.unknown;
  const messages = sum === 1 ? '1 dead letter is' : `${sum} dead letters are`;
  const parts = [
    ...(count.quarantine > 0 ? [`${count.quarantine} that the receiver does not take`] : []),
    ...(count.unknown > 0 ? [`${count.unknown} that may or may not have arrived`] : []),
  ];
  const least = count.complete ? '' : 'at least ';
  return `${least}${messages} parked and not sent again without a person: ${parts.join(', ')} (${listReasons(count.reasons)})`;
};

/** What a person can do with what is parked. */
const wayOut = (count: ParkedCount, places: ParkedPlaces, invoke: (data: object) => string) => {
  const { webhook } = places;
  const steps = [
    ...(count.quarantine > 0
      ? [
          `Once the receiver takes them: ${invoke({ webhook, from: 'quarantine' })}. They lie in ${places.quarantine}`,
        ]
      : []),
    ...(count.unknown > 0
      ? [
          `If the receiver does not have them: ${invoke({ webhook, from: 'unknown' })}. They lie in ${places.unknown}`,
        ]
      : []),
  ];
  return `${steps.join('. ')}. What is not to be sent at all is forgotten by removing its object (aws s3 rm), with all that is in it. Then look again: ${invoke({ action: 'look', webhook })}`;
};

/**
 * Whether anything of a webhook was set aside that nobody sends by itself. Pure.
 *
 * @param invoke writes the command that gives the function such a payload.
 */
export const decideParked = (
  found: ParkedCount | AwsFailure,
  places: ParkedPlaces,
  invoke: (data: object) => string,
): JudgedReport => {
  const name = places.webhook;
  const say = (text: string) => shortenText(`${name}: ${text}`, MAX_SUMMARY);
  const expected = { parked: 0 };
  const again = `Look again: ${invoke({ action: 'look', webhook: name })}`;
  if ('message' in found) {
    const { reason, message } = found;
    const summary = say(`whether dead letters are parked could not be seen: ${message}`);
    return {
      verdict: 'unknown',
      reason,
      summary,
      expected,
      observed: null,
      measurements: [],
      action: again,
    };
  }
  const { quarantine, unknown, reasons, complete } = found;
  const said = {
    expected,
    observed: { quarantine, unknown, reasons, complete },
    measurements: [{ name: 'parked-dead-letters', value: quarantine + unknown, unit: 'messages' }],
  };
  if (quarantine + unknown > 0) {
    return {
      ...said,
      verdict: 'fail',
      severity: 'warning',
      reason: 'parked',
      summary: say(summarize(found)),
      action: wayOut(found, places, invoke),
    };
  }
  if (!complete) {
    const summary = say(
      'more was parked at some time than could be looked at, and none of what was seen is open',
    );
    return { ...said, verdict: 'unknown', reason: 'too-many', summary, action: again };
  }
  return {
    ...said,
    verdict: 'pass',
    reason: 'nothing-parked',
    summary: say('no dead letter is parked'),
    action: '',
  };
};
