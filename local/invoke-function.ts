import * as z from 'zod';

const MAX_ERROR = 500;

/**
 * Invokes a function of the cloud on this machine and waits for its answer, as `sls invoke` does.
 *
 * @param name as the Lambda API knows it.
 * @throws with the function's own error.
 */
export const invokeFunction = async (
  endpoint: string,
  name: string,
  payload: unknown,
  timeoutMs = 60_000,
): Promise<unknown> => {
  const response = await fetch(`${endpoint}/2015-03-31/functions/${name}/invocations`, {
    method: 'POST',
    body: JSON.stringify(payload),
    signal: AbortSignal.timeout(timeoutMs),
  });
  const text = await response.text();
  if (!response.ok || response.headers.has('x-amz-function-error')) {
    throw new Error(`${name} failed: ${text.slice(0, MAX_ERROR)}`);
  }
  return z.json().parse(text === '' ? null : JSON.parse(text));
};
