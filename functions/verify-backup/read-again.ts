/**
 * An action, and how a person has the object or folder read again once that is done, whatever the ledger
 * says. The line is for a POSIX shell.
 */
export const withReadAgain = (
  action: string,
  stage: string,
  { bucket, key }: { bucket: string; key: string },
): string => {
  // A quote would end the argument; JSON knows another word for it.
  const payload = JSON.stringify({ bucket, key, force: true }).replaceAll("'", '\\u0027');
  return `${action} To have it read again at once: npx sls invoke -f verify-backup --stage ${stage} -d '${payload}'`;
};
