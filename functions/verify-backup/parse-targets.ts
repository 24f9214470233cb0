import * as z from 'zod';
import {
  BACKUP_VERIFY_REQUESTED,
  backupVerifyRequestedSchema,
  backupVerifyRequestSchema,
} from '../../events/backup-verify-requested/v1.ts';
import { describeShape } from '../../shared/handler/describe-shape.ts';
import { UnprocessableMessageError } from '../../shared/handler/message-errors.ts';
import { parseMessage } from '../../shared/handler/parse-message.ts';

/** One object that somebody said is there. */
export type Target = {
  bucket: string;
  /** As S3 lists it: not URL-encoded. */
  key: string;
  versionId?: string;
  cause: 'created' | 'unannounced' | 'reread' | 'manual';
  /** It is a backup by itself, though its name is that of a part of one. */
  alone?: boolean;
  correlationId?: string;
};

const s3RecordSchema = z.looseObject({
  eventSource: z.literal('aws:s3'),
  eventName: z.string(),
  s3: z.looseObject({
    bucket: z.looseObject({ name: z.string().min(3) }),
    object: z.looseObject({ key: z.string().min(1), versionId: z.string().min(1).nullish() }),
  }),
});

const eventBridgeSchema = z.looseObject({
  source: z.literal('aws.s3'),
  'detail-type': z.string(),
  detail: z.looseObject({
    bucket: z.looseObject({ name: z.string().min(3) }),
    object: z.looseObject({ key: z.string().min(1), 'version-id': z.string().min(1).nullish() }),
  }),
});

const messageSchema = z.union([
  z.looseObject({ Event: z.literal('s3:TestEvent') }).transform((): Target[] => []),
  z
    .looseObject({ Records: z.array(s3RecordSchema).min(1) })
    .transform(({ Records }) => Records.flatMap(fromNotification).filter(isNoMarker)),
  eventBridgeSchema.transform((event) => fromEventBridge(event).filter(isNoMarker)),
  backupVerifyRequestedSchema.transform(({ data, correlationid }): Target[] => [
    {
      bucket: data.bucket,
      key: data.key,
      versionId: data.versionId,
      cause: data.cause,
      alone: data.alone,
      correlationId: correlationid,
    },
  ]),
]);

const snsSchema = z.looseObject({ Type: z.literal('Notification'), Message: z.string() });

/** S3 writes a space as `+` and everything else that is unsafe as %XX of UTF-8. */
const decodeKey = (key: string): string => {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch (error) {
    throw new UnprocessableMessageError(
      'invalid-key',
      `the key is not URL-encoded: ${key.slice(0, 200)}`,
      { cause: error },
    );
  }
};

/** The `null` version is what an object has while its bucket keeps no versions. */
const version = (id: string | null | undefined): string | undefined =>
  id === null || id === undefined || id === 'null' ? undefined : id;

/** Programs that show buckets as folders make an empty object for each, whose key ends with a slash. */
const isNoMarker = ({ key }: Target): boolean => !key.endsWith('/');

const fromNotification = ({ eventName, s3 }: z.infer<typeof s3RecordSchema>): Target[] =>
  /^(s3:)?ObjectCreated:/.test(eventName)
    ? [
        {
          bucket: s3.bucket.name,
          key: decodeKey(s3.object.key),
          versionId: version(s3.object.versionId),
          cause: 'created',
        },
      ]
    : [];

/** EventBridge carries the key as it is, not URL-encoded. */
const fromEventBridge = (event: z.infer<typeof eventBridgeSchema>): Target[] => {
  const { bucket, object } = event.detail;
  return event['detail-type'] === 'Object Created'
    ? [
        {
          bucket: bucket.name,
          key: object.key,
          versionId: version(object['version-id']),
          cause: 'created',
        },
      ]
    : [];
};

/**
 * The objects that a message of the queue names: an S3 notification (direct or through SNS), an
 * EventBridge event, or a command. A test event of S3 and events of other kinds name none.
 *
 * @throws {UnprocessableMessageError} where it is none of these.
 */
export const parseTargets = (body: string): Target[] => {
  const content = parseMessage(body, z.looseObject({}));
  const sns = snsSchema.safeParse(content);
  if (sns.success) return parseTargets(sns.data.Message);
  const parsed = messageSchema.safeParse(content);
  if (parsed.success) return parsed.data;
  throw new UnprocessableMessageError(
    'unknown-message',
    `neither an S3 event nor a ${BACKUP_VERIFY_REQUESTED} command: ${Object.keys(content).slice(0, 10).join(', ') || 'empty'}`,
  );
};

const invokeSchema = backupVerifyRequestSchema
  .pick({ bucket: true, key: true, versionId: true })
  .strict()
  .extend({ force: z.boolean().default(false) });

/**
 * What `sls invoke` was given: `{"bucket": …, "key": …}`, and `"force": true` to read again what the
 * ledger says was read.
 */
export const parseInvocation = (payload: unknown): Target & { force: boolean } => {
  const parsed = invokeSchema.safeParse(payload);
  if (parsed.success) return { ...parsed.data, cause: 'manual' };
  throw new Error(
    `The payload must be {"bucket": "…", "key": "…", "versionId"?: "…", "force"?: true}: ${describeShape(parsed.error)}`,
  );
};
