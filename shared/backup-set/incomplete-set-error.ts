import { DamageError } from '../backup-encoding/damage-error.ts';

/** A file that the backup names is not there. It may still be on its way, while the backup is young. */
export class IncompleteSetError extends DamageError {
  constructor(detail: string, options?: ErrorOptions) {
    super('truncated', detail, options);
    this.name = 'IncompleteSetError';
  }
}
