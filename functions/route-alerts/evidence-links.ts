const MAX_LINKS = 5;

const PARTITIONS: [prefix: string, host: string][] = [
  ['cn-', 'console.amazonaws.cn'],
  ['us-gov-', 'console.amazonaws-us-gov.com'],
];

/** A subject's Region may be `global`, or anything else that a check says; the console then chooses. */
const consoleOf = (region: string): string => {
  const partition = PARTITIONS.find(([prefix]) => region.startsWith(prefix));
  if (partition !== undefined) return partition[1];
  const isRegion = /^[a-z]{2,}(-[a-z]+)+-\d$/.test(region);
  return isRegion ? `${region}.console.aws.amazonaws.com` : 'console.aws.amazonaws.com';
};

/** The page of the AWS console that shows an object, or the folder where the key ends in a slash. */
const consolePage = (bucket: string, key: string, region: string): string => {
  const page = key === '' || key.endsWith('/') ? 'buckets' : 'object';
  const query = new URLSearchParams({ region, prefix: key });
  return `https://${consoleOf(region)}/s3/${page}/${bucket}?${query}`;
};

const linkTo = (uri: string, region: string): string | undefined => {
  const [, bucket, key = ''] = /^s3:\/\/([a-z0-9.-]{3,63})(?:\/(.*))?$/s.exec(uri) ?? [];
  if (bucket !== undefined) return consolePage(bucket, key, region);
  const url = URL.parse(uri);
  return url?.protocol === 'https:' ? url.href : undefined;
};

/** Where a person can look at what a report rests on. Evidence that no page shows gives no link. */
export const evidenceLinks = (
  uris: readonly string[],
  region: string,
): { href: string; text: string }[] =>
  [...new Set(uris)]
    .flatMap((uri) => {
      const href = linkTo(uri, region);
      return href === undefined ? [] : [{ href, text: uri }];
    })
    .slice(0, MAX_LINKS);
