import type { BatchContext } from './batch-context.ts';
import type { Budget } from './budget.ts';
import type { Copy } from './copy.ts';
import { chainDigest } from './decide-digest.ts';
import { type Identity, identify } from './identify.ts';
import { keepHidden, replayBatch } from './replay-batch.ts';

export type Lane = {
  context: BatchContext;
  identity: Identity;
  budget: Budget;
  /** Looks whether somebody cancelled the run; cheap, since it asks only now and then. */
  look: () => Promise<void>;
  /** Copies that it may have in hand at once. */
  most: number;
};

/** What SQS gives at once. */
const RECEIVE = 10;
/** Together not more than one transaction takes. */
const MOST_RECEIVES = 9;
/** Bodies of one batch are held in memory; they may be 1 MiB each. */
const BATCH_BYTES = 4 * 1_048_576;

const receiveSome = async ({ context, budget, most }: Lane, requests: number): Promise<Copy[]> => {
  const wanted = budget.take(Math.min(requests * RECEIVE, most));
  const asks = Array.from({ length: Math.ceil(wanted / RECEIVE) }, (_, index) =>
    context.source.receive(Math.min(RECEIVE, wanted - index * RECEIVE), 0),
  );
  const answers = await Promise.allSettled(asks);
  const copies = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []));
  const failed = answers.find((answer) => answer.status === 'rejected');
  // What some requests brought is worked on; without any the fault is told.
  if (copies.length === 0 && failed !== undefined) throw failed.reason;
  budget.giveBack(wanted - copies.length);
  return copies;
};

/** As many requests as bring about `BATCH_BYTES`, judged by the batch before. */
const nextRequests = (copies: readonly Copy[]): number => {
  const bytes = copies.reduce((sum, { body }) => sum + body.length, 0) / copies.length;
  return Math.max(1, Math.min(MOST_RECEIVES, Math.floor(BATCH_BYTES / (bytes * RECEIVE))));
};

/** In order, each of about `BATCH_BYTES` at most: an object of the archive is held in memory three times over. */
const inPieces = (copies: readonly Copy[]): Copy[][] => {
  const pieces: Copy[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const copy of copies) {
    const piece = pieces.at(-1);
    bytes += copy.body.length;
    if (piece === undefined || bytes > BATCH_BYTES) {
      pieces.push([copy]);
      bytes = copy.body.length;
    } else piece.push(copy);
  }
  return pieces;
};

/** One writer of a run: its own place in the ledger's numbers, and its own chain of archive objects. */
export const createLane = (lane: Lane) => {
  const { context, identity, budget, look } = lane;
  let sequence = 0;
  let chain = '';

  const replay = async (copies: readonly Copy[]): Promise<void> => {
    sequence += 1;
    const items = copies.map((copy) => identify(copy, identity));
    const name = `${context.shard}-${String(sequence).padStart(6, '0')}`;
    const { address, sha256 } = await context.archive.keep(name, items);
    chain = chainDigest(chain, sha256);
    for (const [index, item] of items.entries()) item.address = `${address}#${index + 1}`;
    const claimed = await replayBatch(context, items, { messages: items.length, chain });
    budget.giveBack(copies.length - claimed);
  };

  const replayAll = async (copies: readonly Copy[]): Promise<void> => {
    let hiddenAt = context.now();
    const pieces = inPieces(copies);
    for (const [index, piece] of pieces.entries()) {
      hiddenAt = await keepHidden(context, index === 0 ? [] : pieces.slice(index).flat(), hiddenAt);
      await replay(piece);
    }
  };

  return {
    /** Deals with one request's worth, after waiting for it for so long. Answers how many it was. */
    async poll(waitSeconds: number): Promise<number> {
      const wanted = budget.take(Math.min(RECEIVE, lane.most));
      if (wanted === 0) return 0;
      const copies = await context.source.receive(wanted, waitSeconds);
      budget.giveBack(wanted - copies.length);
      if (copies.length > 0) await replayAll(copies);
      return copies.length;
    },

    /** Works until a look brings nothing, or the run has to stop. */
    async work(): Promise<void> {
      let requests = 1;
      while (context.pacer.stop === undefined && !budget.isUsedUp()) {
        await look();
        const copies = await receiveSome(lane, requests);
        if (copies.length === 0) return;
        await replayAll(copies);
        requests = nextRequests(copies);
      }
    },
  };
};
