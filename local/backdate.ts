type Backdating = { bucket: string; key: string; lastModified: Date };

/**
 * Gives an object of the local cloud another age, which no S3 client can.
 *
 * @throws where the object is not there, or the endpoint is no local cloud.
 */
export const backdate = async (
  endpoint: string,
  { bucket, key, lastModified }: Backdating,
): Promise<void> => {
  const response = await fetch(`${endpoint}/_lifeboat/backdate`, {
    method: 'POST',
    body: JSON.stringify({ bucket, key, lastModified: lastModified.toISOString() }),
    signal: AbortSignal.timeout(5_000),
  });
  if (!response.ok)
    throw new Error(`s3://${bucket}/${key} keeps its age: ${await response.text()}`);
};
