/** One invocation of verify-backup in a process of its own: its time, and the most memory it took. */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { handler } from '../functions/verify-backup/handler.ts';

const jobSchema = z.object({ bucket: z.string(), key: z.string() });
const { bucket, key } = jobSchema.parse(
  JSON.parse(await readFile(process.env.JOB_FILE ?? '', 'utf8')),
);

const context = {
  awsRequestId: 'bench',
  callbackWaitsForEmptyEventLoop: false,
  functionName: 'verify-backup',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:verify-backup',
  logGroupName: 'bench',
  logStreamName: 'bench',
  memoryLimitInMB: '1769',
  getRemainingTimeInMillis: () => 600_000,
  done: () => {},
  fail: () => {},
  succeed: () => {},
};
const started = performance.now();
const answer = await handler({ bucket, key, force: true }, context);
const seconds = (performance.now() - started) / 1000;
const maxRssMb = process.resourceUsage().maxRSS / 1024;
process.stdout.write(`${JSON.stringify({ seconds, maxRssMb, answer })}\n`);
