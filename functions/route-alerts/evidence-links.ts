const MAX_LINKS = 5;

const CONSOLES: [prefix: string, host: string][] = [
  ['cn-', 'console.amazonaws.cn'],
  ['us-gov-', 'console.amazonaws-us-gov.com'],
];

const consoleOf = (region: string): string =>
  CONSOLES.find(([prefix]) => region.startsWith(prefix))?.[1] ??
  `${region}.console.aws.amazonaws.com`;

/** The page of the AWS console that shows an object, or the folder where the key ends in a slash. */
const consolePage = (bucket: string, key: string, region: string): string => {
  const page = key === '' || key.endsWith('/') ? 'buckets' : 'object';
  const query = new URLSearchParams({ region, prefix: key });
  return `https://${consoleOf(region)}/s3/${page}/${encodeURIComponent(bucket)}?${query}`;
};

/** Where a person can look at what a report rests on. Evidence that no page shows gives no link. */
export const evidenceLinks = (
  uris: readonly string[],
  region: string,
): { href: string; text: string }[] =>
  uris
    .flatMap((uri) => {
      const [, bucket, key = ''] = /^s3:\/\/([^/]+)\/?(.*)$/s.exec(uri) ?? [];
      if (bucket !== undefined) return [{ href: consolePage(bucket, key, region), text: uri }];
      return uri.startsWith('https://') && URL.canParse(uri) ? [{ href: uri, text: uri }] : [];
    })
    .slice(0, MAX_LINKS);
