import * as z from 'zod';
import type { WebhookPolicy } from '../../shared/plan/plan.ts';
import { filterMeaning, filterMeaningOfText } from './filter-meaning.ts';
import type { SubscriptionAttributes } from './subscription-client.ts';

/** An attribute that is not what the plan says, and what it must be. */
export type Drift = { attribute: string; says: string; wanted: string };

type Wanted = Pick<WebhookPolicy, 'rawDelivery' | 'filterPolicy' | 'deadLetters'>;

const redriveSchema = z.object({ deadLetterTargetArn: z.string() });

/** The queue of a redrive policy; `unreadable` for a policy that is none. */
const redriveTarget = (text: string | undefined): string | undefined => {
  if (text === undefined || text === '' || text === '{}') return undefined;
  try {
    return redriveSchema.parse(JSON.parse(text)).deadLetterTargetArn;
  } catch {
    return 'unreadable';
  }
};

const redrivePolicy = (arn: string): string => JSON.stringify({ deadLetterTargetArn: arn });

const DEFAULT_SCOPE = 'MessageAttributes';

/** The attributes that a subscription of this webhook is made with. */
export const wantedAttributes = ({
  rawDelivery,
  filterPolicy,
  deadLetters,
}: Wanted): Record<string, string> => ({
  ...(rawDelivery ? { RawMessageDelivery: 'true' } : {}),
  ...(deadLetters === undefined ? {} : { RedrivePolicy: redrivePolicy(deadLetters.arn) }),
  // The scope first: SNS holds the policy against it.
  ...(filterPolicy === undefined
    ? {}
    : {
        FilterPolicyScope: filterPolicy.scope,
        FilterPolicy: JSON.stringify(filterPolicy.policy),
      }),
});

const filterDrift = (
  { filterPolicy }: Wanted,
  { FilterPolicy, FilterPolicyScope }: SubscriptionAttributes,
): Drift[] => {
  const wanted = filterMeaning(filterPolicy?.policy);
  const found = filterMeaningOfText(FilterPolicy);
  const drift: Drift[] = [];
  const scope = FilterPolicyScope || DEFAULT_SCOPE;
  // Where no policy is wanted the scope means nothing.
  if (wanted !== undefined && scope !== filterPolicy?.scope) {
    drift.push({
      attribute: 'FilterPolicyScope',
      says: `the filter policy looks at ${scope}, not ${filterPolicy?.scope}`,
      wanted: filterPolicy?.scope ?? DEFAULT_SCOPE,
    });
  }
  if (wanted !== found) {
    const what = found === undefined ? 'has no filter policy' : 'has another filter policy';
    drift.push({
      attribute: 'FilterPolicy',
      says: wanted === undefined ? 'has a filter policy that the plan does not know' : what,
      wanted: JSON.stringify(filterPolicy?.policy ?? {}),
    });
  }
  return drift;
};

const redriveDrift = ({ deadLetters }: Wanted, attributes: SubscriptionAttributes): Drift[] => {
  const found = redriveTarget(attributes.RedrivePolicy);
  // A queue that the plan does not know loses nothing.
  if (deadLetters === undefined || found === deadLetters.arn) return [];
  return [
    {
      attribute: 'RedrivePolicy',
      says:
        found === undefined
          ? 'has no redrive policy: what cannot be delivered is lost'
          : `has the redrive policy ${found}`,
      wanted: redrivePolicy(deadLetters.arn),
    },
  ];
};

/**
 * Everything in which a subscription is not what the plan says. Policies are compared by what they mean,
 * not by their text. Pure.
 */
export const findDrift = (wanted: Wanted, attributes: SubscriptionAttributes): Drift[] => {
  const raw = attributes.RawMessageDelivery === 'true';
  return [
    ...redriveDrift(wanted, attributes),
    ...(raw === wanted.rawDelivery
      ? []
      : [
          {
            attribute: 'RawMessageDelivery',
            says: `has raw delivery ${raw ? 'on' : 'off'}`,
            wanted: String(wanted.rawDelivery),
          },
        ]),
    ...filterDrift(wanted, attributes),
  ];
};
