/** What came of sending one message. */
export type Answer =
  /** A whole answer. `page`: it is an HTML page. */
  | { answer: 'status'; status: number; page: boolean; retryAfterSeconds?: number | undefined }
  /** A service took it. */
  | { answer: 'taken' }
  /** A service says that this message can never be taken. */
  | { answer: 'refused'; reason: string }
  /** Nothing left this machine, or a service says that it did not take it. */
  | { answer: 'unsent'; reason: string }
  /** It was sent, and no whole answer came. */
  | { answer: 'none'; reason: string };

export type Verdict =
  | { verdict: 'done' }
  /**
   * It was not taken. `endpoint`: it is the destination that is wrong, not the message. `usesAttempt`: the message
   * itself may be why.
   */
  | {
      verdict: 'retry';
      reason: string;
      fault: 'message' | 'endpoint' | 'outage' | 'busy';
      afterSeconds?: number | undefined;
      usesAttempt?: true;
    }
  | { verdict: 'quarantine'; reason: string }
  | { verdict: 'unknown'; reason: string };

export type AnswerFacts = {
  answer: Answer;
  receiver: 'strict' | 'idempotent';
  /** How often this message was refused before. */
  attempts: number;
  maxAttempts: number;
  /** Whether the destination takes other messages: an outage uses up nobody's attempts. */
  destinationWorks: boolean;
  pageIsSuccess: boolean;
};

/** The address, the credentials or the method are wrong, whatever the message. */
const ENDPOINT = new Set([401, 403, 404, 405, 407, 410, 421, 426, 451]);
/** Later, the receiver says. */
const BUSY = new Set([425, 429]);
/** A proxy lost the one behind it, which may have acted before: Bad Gateway, Gateway Timeout, Cloudflare's two. */
const LOST_BEHIND_PROXY = new Set([502, 504, 520, 524]);

/** A receiver that may have acted: where it must not get a message twice, a person decides. */
const uncertain = (reason: string, receiver: AnswerFacts['receiver']): Verdict =>
  receiver === 'strict'
    ? { verdict: 'unknown', reason }
    : { verdict: 'retry', reason, fault: 'outage' };

const fromStatus = (
  { status, page, retryAfterSeconds }: Extract<Answer, { answer: 'status' }>,
  { receiver, pageIsSuccess }: AnswerFacts,
): Verdict => {
  const reason = `http-${status}`;
  if (status >= 200 && status < 300) {
    return page && !pageIsSuccess
      ? uncertain('success-with-a-page', receiver)
      : { verdict: 'done' };
  }
  if (status < 400) return { verdict: 'retry', reason, fault: 'endpoint' };
  if (BUSY.has(status) || (status === 503 && retryAfterSeconds !== undefined)) {
    return { verdict: 'retry', reason, fault: 'busy', afterSeconds: retryAfterSeconds };
  }
  if (ENDPOINT.has(status)) return { verdict: 'retry', reason, fault: 'endpoint' };
  if (LOST_BEHIND_PROXY.has(status)) return uncertain(reason, receiver);
  if (status === 408 || status >= 500) return { verdict: 'retry', reason, fault: 'outage' };
  return { verdict: 'quarantine', reason };
};

const first = (facts: AnswerFacts): Verdict => {
  const { answer, receiver } = facts;
  switch (answer.answer) {
    case 'taken':
      return { verdict: 'done' };
    case 'refused':
      return { verdict: 'quarantine', reason: answer.reason };
    case 'unsent':
      return { verdict: 'retry', reason: answer.reason, fault: 'outage' };
    case 'none':
      return uncertain(answer.reason, receiver);
    case 'status':
      return fromStatus(answer, facts);
  }
};

/** What becomes of a message, from the answer that it got. */
export const decideAnswer = (facts: AnswerFacts): Verdict => {
  const verdict = first(facts);
  if (verdict.verdict !== 'retry' || verdict.fault === 'busy') return verdict;
  if (facts.answer.answer === 'unsent' || !facts.destinationWorks) return verdict;
  return facts.attempts + 1 < facts.maxAttempts
    ? { ...verdict, usesAttempt: true }
    : { verdict: 'quarantine', reason: `retries-exhausted (${verdict.reason})` };
};
