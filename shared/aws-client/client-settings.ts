type Limits = {
  /** Until the connection stands, in milliseconds. */
  connectMs?: number;
  /** Until the answer begins, and between two pieces of it, in milliseconds. */
  answerMs?: number;
  /** All tries together, the first included. */
  attempts?: number;
};

/**
 * Settings for every AWS SDK client here: nothing hangs. Region, credentials and endpoints come from
 * the environment (`AWS_REGION`, `AWS_ENDPOINT_URL`, …), as the SDK reads them itself.
 */
export const clientSettings = ({
  connectMs = 2_000,
  answerMs = 4_000,
  attempts = 3,
}: Limits = {}) => ({
  maxAttempts: attempts,
  requestHandler: {
    connectionTimeout: connectMs,
    requestTimeout: answerMs,
    socketTimeout: answerMs,
    // Without it the SDK only warns when a request is late.
    throwOnRequestTimeout: true,
  },
});
