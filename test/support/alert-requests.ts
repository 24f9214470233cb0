import escalate from '../../events/alert-delivery-requested/v1.samples/escalate.json' with {
  type: 'json',
};
import {
  type AlertDeliveryRequest,
  type AlertDeliveryRequested,
  alertDeliveryRequestedSchema,
} from '../../events/alert-delivery-requested/v1.ts';

/** A command like the sample, with changes to its data. */
export const makeRequest = (changes: Partial<AlertDeliveryRequest> = {}): AlertDeliveryRequested =>
  alertDeliveryRequestedSchema.parse({ ...escalate, data: { ...escalate.data, ...changes } });
