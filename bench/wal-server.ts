/**
 * As much of S3 and SNS as check-wal asks for, over an archive that stands in memory, with a chosen
 * delay before each answer. An emulator would take minutes to be filled with 100,000 objects, sorts all
 * of them anew for each request, and answers one request at a time, so it would measure itself.
 *
 * Started by bench/wal.ts; prints its port.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';

const orderSchema = z.object({
  /** Before the answer to a LIST, and to any other request. */
  delayMs: z.number(),
  getDelayMs: z.number(),
  timelines: z.array(z.object({ timeline: z.int(), from: z.int(), count: z.int() })),
  histories: z.array(z.object({ name: z.string(), text: z.string() })),
});

const PREFIX = 'wal/';
const PER_LOG = 256;
const MAX_KEYS = 1_000;

/** Of every object, as the names of an archive that was written in one second. */
const WRITTEN = new Date();
const SEGMENT_BYTES = 16 * 1024 ** 2;

const hex8 = (value: number): string => value.toString(16).toUpperCase().padStart(8, '0');
const segment = (timeline: number, number: number): string =>
  `${hex8(timeline)}${hex8(Math.floor(number / PER_LOG))}${hex8(number % PER_LOG)}`;

let delayMs = 0;
let getDelayMs = 0;
/** Requests for segments, as the server counts them. */
let gets = 0;
let keys: string[] = [];
const kept = new Map<string, Buffer>();

/** Puts another archive in the place of this one. */
const build = (order: z.infer<typeof orderSchema>): void => {
  delayMs = order.delayMs;
  getDelayMs = order.getDelayMs;
  for (const { name, text } of order.histories)
    kept.set(`/archive/${PREFIX}${name}`, Buffer.from(text));
  keys = [
    ...order.histories.map(({ name }) => PREFIX + name),
    ...order.timelines.flatMap(({ timeline, from, count }) =>
      Array.from({ length: count }, (_, index) => PREFIX + segment(timeline, from + index)),
    ),
  ].sort();
};

/** The first index whose key is above a key. */
const indexAfter = (key: string): number => {
  let [low, high] = [0, keys.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((keys[middle] ?? '') > key) high = middle;
    else low = middle + 1;
  }
  return low;
};

const contents = (key: string, now: string): string =>
  `<Version><IsLatest>true</IsLatest><VersionId>null</VersionId><Key>${key}</Key><LastModified>${now}</LastModified><ETag>&quot;9e107d9d372bb6826bd81d3542a419d6&quot;</ETag><Size>${SEGMENT_BYTES}</Size><StorageClass>STANDARD</StorageClass></Version>`;

const list = (query: URLSearchParams): string => {
  const after = query.get('key-marker') ?? '';
  const start = indexAfter(after);
  const limit = Math.min(MAX_KEYS, Number(query.get('max-keys') ?? MAX_KEYS));
  const page = keys.slice(start, start + limit);
  const more = start + page.length < keys.length;
  const now = WRITTEN.toISOString();
  const next = more
    ? `<NextKeyMarker>${page.at(-1)}</NextKeyMarker><NextVersionIdMarker>null</NextVersionIdMarker>`
    : '';
  return `<?xml version="1.0" encoding="UTF-8"?><ListVersionsResult><Name>archive</Name><IsTruncated>${more}</IsTruncated>${next}${page.map((key) => contents(key, now)).join('')}</ListVersionsResult>`;
};

const etagOf = (body: Buffer): string => `"${createHash('md5').update(body).digest('hex')}"`;

const SEGMENT = /\/([0-9A-F]{8})([0-9A-F]{8})([0-9A-F]{8})$/;

/** The page header that PostgreSQL 15 begins a segment with, by its name. */
const headerOf = (pathname: string): Buffer | undefined => {
  const [, timeline, log, part] = SEGMENT.exec(pathname) ?? [];
  if (timeline === undefined || log === undefined || part === undefined) return undefined;
  const header = Buffer.alloc(40);
  header.writeUInt16LE(0xd110, 0);
  header.writeUInt16LE(0x0002, 2);
  header.writeUInt32LE(Number.parseInt(timeline, 16), 4);
  const number = BigInt(`0x${log}`) * BigInt(PER_LOG) + BigInt(`0x${part}`);
  header.writeBigUInt64LE(number * BigInt(SEGMENT_BYTES), 8);
  header.writeBigUInt64LE(7_391_234_567_890_123_456n, 24);
  header.writeUInt32LE(SEGMENT_BYTES, 32);
  header.writeUInt32LE(8_192, 36);
  return header;
};

const published = (body: string): string => {
  const ids = [...new URLSearchParams(body)].flatMap(([name, value]) =>
    /^PublishBatchRequestEntries\.member\.\d+\.Id$/.test(name) ? [value] : [],
  );
  const members = ids.map((id) => `<member><Id>${id}</Id><MessageId>${id}</MessageId></member>`);
  return `<PublishBatchResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishBatchResult><Failed/><Successful>${members.join('')}</Successful></PublishBatchResult></PublishBatchResponse>`;
};

const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  const body = await buffer(request);
  const send = (status: number, content: Buffer | string, etag?: string): void => {
    response.writeHead(status, etag === undefined ? {} : { etag });
    response.end(content);
  };
  if (pathname === '/_build') {
    build(orderSchema.parse(JSON.parse(body.toString())));
    send(204, '');
    return;
  }
  if (pathname === '/_gets') {
    send(200, String(gets));
    return;
  }
  const isList = searchParams.has('versions');
  await wait(isList ? delayMs : getDelayMs);
  // Whole segments are not to be had now: the walk through them is not what is measured.
  const isRange = request.headers.range === 'bytes=0-39';
  const header = isRange ? headerOf(pathname) : undefined;
  if (header !== undefined) {
    gets += 1;
    response.writeHead(206, {
      'content-range': `bytes 0-39/${SEGMENT_BYTES}`,
      'last-modified': WRITTEN.toUTCString(),
    });
    response.end(header);
    return;
  }
  if (request.method === 'POST') send(200, published(body.toString()));
  else if (request.method === 'PUT') {
    kept.set(pathname, body);
    send(200, '', etagOf(body));
  } else if (isList) send(200, list(searchParams));
  else if (SEGMENT.test(pathname)) send(503, '<Error><Code>ServiceUnavailable</Code></Error>');
  else {
    const held = kept.get(decodeURIComponent(pathname));
    if (held === undefined) send(404, '<Error><Code>NoSuchKey</Code></Error>');
    else send(200, held, etagOf(held));
  }
};

const server = createServer((request, response) => {
  answer(request, response).catch((error: unknown) => {
    response.writeHead(500);
    response.end(String(error));
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  console.log(typeof address === 'object' ? address?.port : undefined);
});
