/** An object by its name below the archive's folder. */
export type ListedFile = {
  name: string;
  size: number;
  lastModified: Date;
  etag: string;
  /** Its storage class is one whose bytes cannot be read before somebody restores them. */
  archived?: boolean;
  /** There are older versions of the name with other bytes. */
  rewritten?: boolean;
};

export type Page = {
  files: ListedFile[];
  /** The last name of the page, folder markers included: where the next page goes on. */
  last?: string;
  more: boolean;
};

/** One LIST request over names after `after`, in S3's order (UTF-8 bytes). */
export type ListNames = (query: { after?: string; maxNames?: number }) => Promise<Page>;
