/** An object whose time of upload is to be another one. */
export type Backdated = { bucket: string; key: string; lastModified: Date };

/**
 * Sets the time at which an object was last modified, which S3 itself does not offer: only the cloud on
 * this machine does, for backups that are to be days old. Its newest version gets the same time.
 *
 * @throws where there is no such object, or the endpoint is not this cloud.
 */
export const backdate = async (
  endpoint: string,
  { bucket, key, lastModified }: Backdated,
): Promise<void> => {
  const response = await fetch(`${endpoint}/_lifeboat/backdate`, {
    method: 'POST',
    body: JSON.stringify({ bucket, key, lastModified: lastModified.toISOString() }),
    signal: AbortSignal.timeout(10_000),
  });
  if (response.ok) return;
  throw new Error(`s3://${bucket}/${key} was not backdated: ${await response.text()}`);
};
