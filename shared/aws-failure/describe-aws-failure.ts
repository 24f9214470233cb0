/** Why something on AWS could not be looked at. */
export type FailureReason =
  | 'access-denied'
  | 'not-found'
  | 'timeout'
  | 'throttled'
  | 'unavailable'
  | 'unreachable'
  | 'unexpected-error';

export type AwsFailure = { reason: FailureReason; message: string };

const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;

const TIMEOUTS = new Set([
  'TimeoutError',
  'RequestTimeout',
  'RequestTimeoutException',
  'AbortError',
]);
const THROTTLES = new Set([
  'SlowDown',
  'Throttling',
  'ThrottlingException',
  'TooManyRequestsException',
  'RequestLimitExceeded',
]);
const DENIALS = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'UnauthorizedOperation',
  'AllAccessDisabled',
]);
const UNREACHABLE = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EPIPE',
  'EHOSTUNREACH',
]);

const reasonFor = (name: string, code: string, status: number | undefined): FailureReason => {
  if (TIMEOUTS.has(name) || code === 'ETIMEDOUT') return 'timeout';
  if (DENIALS.has(name) || status === 401 || status === 403) return 'access-denied';
  if (THROTTLES.has(name) || status === 429) return 'throttled';
  if (status === 404 || /^NoSuch|NotFound|DoesNotExist$/.test(name)) return 'not-found';
  if (status !== undefined && status >= 500) return 'unavailable';
  return UNREACHABLE.has(code) ? 'unreachable' : 'unexpected-error';
};

/**
 * Sorts any error of an AWS SDK call into a reason that a report can carry, with one line of text.
 * The text is the service's own code and message, which name resources but never credentials.
 */
export const describeAwsFailure = (error: unknown): AwsFailure => {
  const text = (name: string): string => String(property(error, name) ?? '');
  const status = property(property(error, '$metadata'), 'httpStatusCode');
  const reason = reasonFor(
    text('name'),
    text('code'),
    typeof status === 'number' ? status : undefined,
  );
  const words = [text('name'), text('message')].filter((part) => part !== '').join(': ');
  return { reason, message: (words || 'unknown error').replaceAll(/\s+/g, ' ').slice(0, 300) };
};
