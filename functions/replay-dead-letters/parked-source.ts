import type { ArchivedMessage } from './archive-reader.ts';
import type { Copy } from './copy.ts';
import type { Source } from './ports.ts';
import type { Transformed } from './transform-body.ts';

const copyOf = ({ line }: ArchivedMessage, transform: (body: string) => Transformed): Copy => {
  const changed = transform(line.body);
  const attributes = Object.entries(line.attributes).map(([name, { BinaryValue, ...rest }]) => [
    name,
    { ...rest, ...(BinaryValue && { BinaryValue: Buffer.from(BinaryValue, 'base64') }) },
  ]);
  return {
    id: line.copy,
    receipt: '',
    body: 'body' in changed ? changed.body : line.body,
    attributes: Object.fromEntries(attributes),
    sentAt: line.sentAt === undefined ? undefined : new Date(line.sentAt),
    fault: 'fault' in changed ? changed.fault : undefined,
  };
};

/**
 * What earlier runs parked, as if it lay in a queue: each message once, changed where that was asked for.
 * Nothing is taken away from the archive; the ledger knows what was dealt with.
 */
export const createParkedSource = (
  messages: AsyncGenerator<ArchivedMessage>,
  transform: (body: string) => Transformed,
): Source => ({
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
  hide: async () => {},
  depth: async () => ({ visible: 0, inFlight: 0, delayed: 0 }),
});
