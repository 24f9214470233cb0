import { formatLsn } from './lsn.ts';
import { type FirstPage, isPlausible, type PageHeader, versionOf } from './page-header.ts';
import type { History } from './recovery-route.ts';
import { formatSegmentName, parseSegmentName } from './segment-name.ts';
import { judgeTimeline } from './segment-timeline.ts';

/** What a segment's header is held against; what is left out is not judged. */
export type ExpectedHeader = {
  /** In bytes. Without it the header's own decides how the name is read. */
  segmentSize?: number;
  /** Of the cluster that the archive belongs to: the plan's, or that of most segments. */
  systemIdentifier?: bigint;
  /** The page magic that the archive's other segments carry. */
  magic?: number;
  /** Every `.history` of the archive; absent is the same as 'missing'. */
  histories: ReadonlyMap<number, History>;
};

/** Why a segment cannot be the one that its name says. */
export type HeaderFinding =
  /** Fewer than 40 bytes are there. */
  | 'too-short'
  /** It begins with zeros: preallocated, or its upload was never written to. */
  | 'empty-page'
  /** Another kind of file, or one that is compressed or encrypted. */
  | 'not-wal'
  /** A page from the middle of a segment. */
  | 'not-a-first-page'
  /** Magic is right, and the rest is no header that PostgreSQL writes. */
  | 'damaged-header'
  /** Written by the server of another cluster. */
  | 'foreign-cluster'
  | 'wrong-segment-size'
  /** The contents of another segment. */
  | 'misnamed'
  /** Of a timeline that is neither the name's nor its ancestor at this place. */
  | 'wrong-timeline'
  /** The same cluster, but another major version than the other segments: no upgrade does that. */
  | 'mixed-versions';

export type HeaderVerdict =
  | {
      verdict: 'pass';
      header: FirstPage;
      /** False where it carries a lower timeline and no `.history` says whether that is an ancestor. */
      timelineJudged: boolean;
    }
  /** Nothing is wrong as far as can be seen. */
  | { verdict: 'unknown'; reason: 'unknown-version'; detail: string }
  | { verdict: 'fail'; finding: HeaderFinding; detail: string };

const DETAILS = {
  'too-short': `it is shorter than the 40 bytes of a segment's header`,
  'empty-page': 'it begins with zeros instead of a page header',
  'not-wal': 'it does not begin as WAL does',
  'not-a-first-page': 'it begins with a page from the middle of a segment',
} satisfies Record<Exclude<PageHeader, FirstPage>['reason'], string>;

const fail = (finding: HeaderFinding, detail: string): HeaderVerdict => ({
  verdict: 'fail',
  finding,
  detail,
});

const versionText = (magic: number): string => {
  const version = versionOf(magic);
  return version === undefined ? `page magic ${magic.toString(16)}` : `PostgreSQL ${version}`;
};

const judgeCluster = (header: FirstPage, expected: ExpectedHeader): HeaderVerdict | undefined => {
  const { systemIdentifier: other, magic } = expected;
  if (other !== undefined && other !== header.systemIdentifier) {
    return fail(
      'foreign-cluster',
      `it was written by the cluster ${header.systemIdentifier} (${versionText(header.magic)}), and this archive is of ${other}`,
    );
  }
  if (magic !== undefined && magic !== header.magic) {
    return fail(
      'mixed-versions',
      `it was written by ${versionText(header.magic)}, and the archive's other segments by ${versionText(magic)}`,
    );
  }
  return undefined;
};

const judgePlace = (
  name: string,
  header: FirstPage,
  expected: ExpectedHeader,
): HeaderVerdict | undefined => {
  const size = header.segmentSize;
  if (expected.segmentSize !== undefined && expected.segmentSize !== size) {
    return fail(
      'wrong-segment-size',
      `it was written with segments of ${size} bytes, and this archive has ${expected.segmentSize}`,
    );
  }
  const number = header.address / BigInt(size);
  if (parseSegmentName(name, size)?.number === number) return undefined;
  const real = formatSegmentName({ timeline: header.timeline, number }, size);
  return fail(
    'misnamed',
    `it holds what belongs into ${real}: its header says that it begins at ${formatLsn(header.address)}`,
  );
};

/**
 * Whether the first 40 bytes of a segment are those of the segment that its name (24 hex digits) says, of
 * this archive's cluster, segment size and timeline. One finding, the one that explains most. A magic
 * number of a release that is not known here is `unknown`, since its header may be another. Never throws.
 *
 * The first segment of a timeline carries its parent's: PostgreSQL copies what was before the switch.
 */
export const judgeHeader = (
  name: string,
  header: PageHeader,
  expected: ExpectedHeader,
): HeaderVerdict => {
  if (!header.ok) return fail(header.reason, DETAILS[header.reason]);
  if (header.postgres === undefined) {
    return {
      verdict: 'unknown',
      reason: 'unknown-version',
      detail: `its ${versionText(header.magic)} is of no release that is known here (11 to 18)`,
    };
  }
  if (!isPlausible(header)) {
    return fail('damaged-header', 'its page header holds values that PostgreSQL never writes');
  }
  const misplaced = judgeCluster(header, expected) ?? judgePlace(name, header, expected);
  if (misplaced !== undefined) return misplaced;
  const timeline = Number.parseInt(name.slice(0, 8), 16);
  const place = { timeline, carried: header.timeline, address: header.address };
  const judged = judgeTimeline(place, expected.histories);
  if (typeof judged === 'string') return fail('wrong-timeline', judged);
  return { verdict: 'pass', header, timelineJudged: judged.judged };
};
