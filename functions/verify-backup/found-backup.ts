import type { StoredBackup } from '../../shared/plan/plan.ts';
import type { Reading } from './decide-verdict.ts';
import type { StoredObject } from './object-client.ts';
import type { Target } from './parse-targets.ts';
import type { StoredFolder } from './stored-folder.ts';

/** Nothing is read now, and why. `arriving`: a message comes later and has the folder judged. */
export type Passed = {
  outcome: 'ignored';
  reason:
    | 'outside-policy'
    | 'judged-by-check-wal'
    | 'superseded-version'
    | 'arriving'
    | 'no-folder-backup';
};

/** A backup of the plan, and the name of an object or folder below its location or copy. */
export type Match = { backup: StoredBackup; place: 'location' | 'copy'; name: string };

/** What a target leads to: the object or folder that is the backup, or why it could not be looked at. */
export type Found = Match & { target: Target } & (
    | { stored: StoredObject | StoredFolder; failure?: undefined }
    | { stored: undefined; failure: Reading }
  );

/**
 * `force`: a person wants it judged now, whatever is there. `isAgain`: this message was received before, and
 * nobody knows how far that went.
 */
export type FindOptions = { force?: boolean; isAgain?: boolean };

export const passed = (reason: Passed['reason']): Passed => ({ outcome: 'ignored', reason });
