import { decryptAge } from '../../shared/backup-encoding/age-decrypt.ts';
import type { Decrypters } from '../../shared/backup-encoding/decrypters.ts';
import { decryptGpg } from '../../shared/backup-encoding/gpg-decrypt.ts';

/** What opens age and gpg. A package takes in those that its plan names (deploy/plan-decrypters.ts). */
export const DECRYPTERS: Decrypters = { age: decryptAge, gpg: decryptGpg };
