import type { AlertDeliveryRequest } from '../../../events/alert-delivery-requested/v1.ts';

type Request = Pick<AlertDeliveryRequest, 'action' | 'severity' | 'title'>;

/** What this message is, in two or three words. */
export const standing = ({ action, severity }: Pick<Request, 'action' | 'severity'>): string => {
  const level = severity.toUpperCase();
  switch (action) {
    case 'open':
      return level;
    case 'repeat':
      return `${level}, still open`;
    case 'escalate':
      return `${level}, has become worse`;
    case 'resolve':
      return 'RESOLVED';
  }
};

/** A CR or LF in a mail's subject would begin a header of its own. */
const oneLine = (text: string): string =>
  text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();

/** What this message is and what about, on one line. */
export const headline = (request: Request): string =>
  oneLine(`[${standing(request)}] ${request.title}`);
