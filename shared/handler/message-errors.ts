/**
 * This message can never be processed: no retry helps. It goes to the dead-letter queue at once, with
 * `reason` as an attribute, and its neighbours go on.
 */
export class UnprocessableMessageError extends Error {
  readonly reason: string;
  constructor(reason: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'UnprocessableMessageError';
    this.reason = reason;
  }
}

/** This message can be processed later. The queue waits, not the code. */
export class RetryLaterError extends Error {
  readonly afterSeconds: number;
  constructor(message: string, afterSeconds: number, options?: ErrorOptions) {
    super(message, options);
    this.name = 'RetryLaterError';
    this.afterSeconds = afterSeconds;
  }
}
