import { setTimeout as wait } from 'node:timers/promises';
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import * as z from 'zod';
import { describeAwsFailure } from '../../shared/aws-failure/describe-aws-failure.ts';
import type { Location } from '../../shared/plan/location.ts';
import { type createDirectGet, refusalOf } from './direct-get.ts';
import { createGetSigner } from './sign-get.ts';

/** The first bytes of an object, fewer where it is shorter. */
export type Head = { bytes: Buffer; lastModified: Date };

/** @throws what S3 answers, as the SDK names it. */
export type ReadHead = (name: string, bytes: number) => Promise<Head>;

const TRIES = 3;
const PAUSE_MS = 50;
const BROUGHT = [200, 206];
/** What S3 answers for the first bytes of an object that has none. */
const NOTHING_THERE = 416;

/** A request as the SDK sent it; everything but the name stays the same for a whole archive. */
const sentSchema = z.object({
  protocol: z.enum(['http:', 'https:']),
  hostname: z.string(),
  port: z.number().optional(),
  path: z.string(),
  headers: z.looseObject({ authorization: z.string() }),
});

type Endpoint = Omit<z.infer<typeof sentSchema>, 'headers' | 'path'> & {
  host: string;
  /** Encoded, up to where the name begins. */
  folder: string;
  region: string;
};

const endpointOf = (sent: unknown, name: string): Endpoint | undefined => {
  const { data } = sentSchema.safeParse(sent);
  const region = /Credential=[^/]+\/\d{8}\/([^/]+)\//.exec(data?.headers.authorization ?? '')?.[1];
  if (data === undefined || region === undefined || !data.path.endsWith(name)) return undefined;
  const { protocol, hostname, port, path } = data;
  const host = port === undefined ? hostname : `${hostname}:${port}`;
  return { protocol, hostname, port, host, region, folder: path.slice(0, -name.length) };
};

const isWorthATry = (error: unknown): boolean =>
  ['timeout', 'throttled', 'unavailable', 'unreachable'].includes(describeAwsFailure(error).reason);

type Means = {
  signal: AbortSignal;
  get: ReturnType<typeof createDirectGet>;
  /** Told once for every request that is sent. */
  onRequest: () => void;
};

/**
 * Reads the beginnings of many objects of one archive. The SDK takes the first, which finds the endpoint
 * and follows the bucket into its Region; the others go there directly. A request of the SDK takes a
 * millisecond of processor time, one of these a quarter. Names consist of what needs no encoding: digits,
 * letters and dots.
 */
export const createHeadReader = (
  s3: S3Client,
  { bucket, prefix }: Location,
  { signal, get, onRequest }: Means,
): ReadHead => {
  const sign = createGetSigner();
  let known: Promise<Endpoint | undefined> | undefined;

  const readBySdk = async (name: string, bytes: number) => {
    const range = `bytes=0-${bytes - 1}`;
    const command = new GetObjectCommand({ Bucket: bucket, Key: prefix + name, Range: range });
    let sent: unknown;
    command.middlewareStack.add(
      (next) => (args) => {
        sent = args.request;
        return next(args);
      },
      { step: 'deserialize' },
    );
    onRequest();
    const { Body, LastModified = new Date(0) } = await s3.send(command, { abortSignal: signal });
    const body = (await Body?.transformToByteArray()) ?? [];
    const head: Head = { bytes: Buffer.from(body), lastModified: LastModified };
    return { head, endpoint: endpointOf(sent, name) };
  };

  const readDirectly = async (endpoint: Endpoint, name: string, bytes: number): Promise<Head> => {
    const path = endpoint.folder + name;
    const credentials = await s3.config.credentials();
    for (let attempt = 1; ; attempt += 1) {
      try {
        onRequest();
        const range = `bytes=0-${bytes - 1}`;
        const headers = sign({ ...endpoint, path, range }, credentials, new Date());
        const answer = await get({ ...endpoint, path, headers }, signal);
        const { status, body, lastModified } = answer;
        if (status === NOTHING_THERE) return { bytes: Buffer.alloc(0), lastModified };
        if (!BROUGHT.includes(status)) throw refusalOf(answer);
        return { bytes: body.subarray(0, bytes), lastModified };
      } catch (error) {
        if (signal.aborted || attempt >= TRIES || !isWorthATry(error)) throw error;
        await wait(PAUSE_MS * 2 ** attempt * (1 + Math.random()), undefined, { signal });
      }
    }
  };

  return async (name, bytes) => {
    if (known === undefined) {
      const first = readBySdk(name, bytes);
      // Where the first one fails the next one tries again.
      known = first.then(
        ({ endpoint }) => endpoint,
        () => {
          known = undefined;
          return undefined;
        },
      );
      return (await first).head;
    }
    const endpoint = await known;
    return endpoint === undefined
      ? (await readBySdk(name, bytes)).head
      : readDirectly(endpoint, name, bytes);
  };
};
