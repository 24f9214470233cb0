import type { ArchivedMessage } from './archive-reader.ts';
import type { Copy } from './copy.ts';
import { OTHER_BODY } from './decide-claim.ts';
import type { Source } from './ports.ts';
import type { Transformed } from './transform-body.ts';

/** The copy that a line was made of, changed where that was asked for. */
export const copyOf = (
  { line }: ArchivedMessage,
  transform: (body: string) => Transformed,
): Copy => {
  const changed = transform(line.body);
  const body = 'body' in changed ? changed.body : line.body;
  // Unchanged it is as much the wrong body of its id as before.
  const apart = line.reason === OTHER_BODY && body === line.body;
  const attributes = Object.entries(line.attributes).map(([name, { BinaryValue, ...rest }]) => [
    name,
    { ...rest, ...(BinaryValue && { BinaryValue: Buffer.from(BinaryValue, 'base64') }) },
  ]);
  return {
    id: line.copy,
    receipt: '',
    body,
    attributes: Object.fromEntries(attributes),
    sentAt: line.sentAt === undefined ? undefined : new Date(line.sentAt),
    fault: 'fault' in changed ? changed.fault : apart ? OTHER_BODY : undefined,
    apart,
    origin: line.origin ?? line.sha256,
  };
};

/**
 * What earlier runs parked, as if it lay in a queue: each message once, changed where that was asked for.
 * Nothing is taken away from the archive; the ledger knows what was dealt with. What has another turn coming
 * is not given again: `depth` says how much that is, and who opens this anew finds it.
 */
export const createParkedSource = (
  messages: AsyncGenerator<ArchivedMessage>,
  transform: (body: string) => Transformed,
): Source => {
  let left = 0;
  return {
    async receive(max) {
      const copies: Copy[] = [];
      while (copies.length < max) {
        const next = await messages.next();
        if (next.done === true) break;
        copies.push(copyOf(next.value, transform));
      }
      return copies;
    },
    remove: async () => [],
    async hide(copies) {
      left += copies.length;
    },
    depth: async () => ({ visible: 0, inFlight: left, delayed: 0 }),
  };
};
