/** How a person has one object or folder read again, whatever the ledger says. For a POSIX shell. */
export const readAgain = (
  stage: string,
  { bucket, key }: { bucket: string; key: string },
): string => {
  // A quote would end the argument; JSON knows another word for it.
  const payload = JSON.stringify({ bucket, key, force: true }).replaceAll("'", '\\u0027');
  return `npx sls invoke -f verify-backup --stage ${stage} -d '${payload}'`;
};
