import { PutObjectCommand, type StorageClass } from '@aws-sdk/client-s3';
import { backdate } from '../backdate.ts';
import type { LocalClients } from '../clients.ts';

export type Upload = {
  bucket: string;
  key: string;
  body: Buffer;
  /** When the backup was made; without it: now. */
  at?: Date;
  storageClass?: StorageClass;
};

export type Store = (upload: Upload) => Promise<void>;

/** Uploads as MailBlast's jobs do, encrypted at rest, and gives each object its age. */
export const createStore =
  (endpoint: string, { s3 }: Pick<LocalClients, 's3'>): Store =>
  async ({ bucket, key, body, at, storageClass }) => {
    await s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: body,
        ServerSideEncryption: 'AES256',
        StorageClass: storageClass,
      }),
    );
    if (at !== undefined) await backdate(endpoint, { bucket, key, lastModified: at });
  };
