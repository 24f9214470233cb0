import type { Run } from '../../shared/handler/create-handler.ts';
import { type Arrival, decideArrival } from './decide-arrival.ts';
import type { Target } from './parse-targets.ts';
import type { Services } from './services.ts';
import type { StoredFolder } from './stored-folder.ts';

/** Whether a message is on its way that has this folder looked at: nobody else need look before. */
export const isAwaited = async (
  { ledger }: Services,
  folder: Pick<Target, 'bucket' | 'key'>,
  run: Run,
): Promise<boolean> => ((await ledger.wait(folder))?.until ?? '') > run.now().toISOString();

/**
 * Has a folder looked at later, if its objects may still be on their way: by one message, however many of
 * its objects are announced. Whoever records it first sends it.
 *
 * @param isOwn the message at hand is that one, or came back after a crash: another must be sent.
 */
export const awaitArrival = async (
  services: Services,
  run: Run,
  folder: StoredFolder,
  { isWhole, isOwn }: { isWhole: boolean; isOwn: boolean },
): Promise<Arrival> => {
  const { bucket, key, lastModified } = folder;
  const { settleSeconds, ledger } = services;
  const now = run.now();
  const arrival = decideArrival({ newestAt: lastModified, isWhole, settleSeconds, now });
  if (arrival.decision === 'judge') return arrival;
  const until = new Date(now.getTime() + arrival.seconds * 1000).toISOString();
  if (!(await ledger.beginWait({ bucket, key, until }, now, isOwn))) return arrival;
  const { correlationId } = run;
  try {
    const later: Target = { bucket, key, cause: 'unannounced', correlationId };
    await services.enqueue([later], arrival.seconds);
  } catch (error) {
    await ledger.clearWait(folder);
    throw error;
  }
  return arrival;
};
