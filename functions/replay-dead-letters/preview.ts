import type { ReplayRequest } from '../../events/replay-requested/v1.ts';
import type { WebhookPolicy } from '../../shared/plan/plan.ts';
import type { ArchivedMessage } from './archive-reader.ts';
import { createFilter } from './create-filter.ts';
import { identify } from './identify.ts';
import { inGroups } from './in-groups.ts';
import { compileJsonPath } from './json-path.ts';
import { MAX_CHANGES } from './ledger.ts';
import { copyOf } from './parked-source.ts';
import type { Services, View } from './services.ts';
import { createTransform } from './transform-body.ts';

export type Preview = {
  dryRun: true;
  webhook: string;
  destination: string;
  /** What the queue says of itself; nothing was received. */
  queue: { visible: number; inFlight: number; delayed: number };
  /** Messages of the archive that were looked at, and what a run would do with them. */
  looked: number;
  wouldSend: number;
  notMatching: number;
  cannotBeRead: number;
  /** By what the ledger says: `DONE` would not be sent again. */
  states: Record<string, number>;
  /** The first of those that would be sent. */
  examples: { id: string; publishedAt: string | undefined; address: string }[];
  summary: string;
};

const MOST_EXAMPLES = 10;
/** A look must end while somebody waits for it. Of lines: a message that was received twice has two. */
const MOST_LOOKED = 50_000;

const readerOf = (view: View, webhook: WebhookPolicy, request: ReplayRequest) => {
  const { filter } = request;
  const transform = createTransform(request.transform);
  const isWanted = createFilter(
    filter,
    webhook.topic,
    filter.where === undefined ? undefined : compileJsonPath(filter.where),
  );
  const { topic, rawDelivery } = webhook;
  const identity = { destination: view.destination, topic, rawDelivery };
  return (message: ArchivedMessage) => {
    const item = { ...identify(copyOf(message, transform), identity), address: message.address };
    return { item, wanted: isWanted(item) };
  };
};

/** Shows what a run would do with what the archive has: sends nothing and receives nothing. */
export const previewRun = async (
  services: Services,
  webhook: WebhookPolicy,
  request: ReplayRequest,
): Promise<Preview> => {
  const view = services.openView(webhook, request);
  const read = readerOf(view, webhook, request);
  const sendable = request.from === 'unknown' ? 'UNKNOWN' : 'QUARANTINED';
  const told = { looked: 0, wouldSend: 0, notMatching: 0, cannotBeRead: 0 };
  const states: Record<string, number> = {};
  const examples: Preview['examples'] = [];
  const known = new Set<string>();
  let lines = 0;
  for await (const group of inGroups(view.messages(), MAX_CHANGES)) {
    lines += group.length;
    const found = group.map(read).filter(({ item: { key, hash } }) => {
      const message = `${key} ${hash}`;
      return !known.has(message) && known.add(message);
    });
    const entries = await services.ledger.find([...new Set(found.map(({ item }) => item.key))]);
    for (const { item, wanted } of found) {
      const state = entries.get(item.key)?.state ?? 'NEW';
      told.looked += 1;
      states[state] = (states[state] ?? 0) + 1;
      const isOpen = state === 'NEW' || state === 'RETRY' || state === 'SKIPPED';
      if (!wanted) told.notMatching += 1;
      else if (item.fault !== undefined) told.cannotBeRead += 1;
      else if (isOpen || (request.from !== 'queue' && state === sendable)) {
        told.wouldSend += 1;
        const { idempotencyKey: id, address, publishedAt } = item;
        if (examples.length < MOST_EXAMPLES)
          examples.push({ id, address, publishedAt: publishedAt?.toISOString() });
      }
    }
    if (lines >= MOST_LOOKED) break;
  }
  const queue = await view.depth();
  const summary = `Of ${told.looked} archived messages ${told.wouldSend} would be sent to ${view.destination}; about ${queue.visible} wait in the queue, which a dry run does not look into`;
  const { destination } = view;
  return {
    dryRun: true,
    webhook: webhook.name,
    destination,
    queue,
    ...told,
    states,
    examples,
    summary,
  };
};
