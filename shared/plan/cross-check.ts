import { checkAddresses } from './cross-check-addresses.ts';
import { checkPlaces } from './cross-check-places.ts';
import { checkPromises } from './cross-check-promises.ts';
import { checkRoutes } from './cross-check-routes.ts';
import { checkSecrets } from './cross-check-secrets.ts';
import { checkWebhooks } from './cross-check-webhooks.ts';
import type { Finding } from './finding.ts';
import type { Plan } from './plan.ts';

/** What no single field can know: references between parts, and what the stage allows. */
export const crossCheck = (plan: Plan, stage: string): Finding[] => [
  ...checkRoutes(plan),
  ...checkPlaces(plan),
  ...checkPromises(plan),
  ...checkAddresses(plan, stage),
  ...checkSecrets(plan, stage),
  ...checkWebhooks(plan),
];
