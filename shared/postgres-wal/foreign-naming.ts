export type ForeignTool = 'pgBackRest' | 'WAL-G' | 'Barman';

/** Each tool keeps segments in folders of its own, under names that only it reads back. */
const LAYOUTS: readonly (readonly [ForeignTool, RegExp])[] = [
  ['pgBackRest', /(^|\/)[0-9A-F]{24}(\.partial)?-[0-9a-f]{40}(\.\w+)?$/],
  ['pgBackRest', /(^|\/)(archive|backup)\.info(\.copy)?$/],
  ['WAL-G', /(^|\/)(wal|basebackups)_\d{3}\//],
  ['Barman', /(^|\/)[0-9A-F]{16}\/[0-9A-F]{24}(\.\w+)?$/],
];

/** The tool whose layout a path below the archive's folder shows, where it shows one. */
export const foreignTool = (path: string): ForeignTool | undefined =>
  LAYOUTS.find(([, pattern]) => pattern.test(path))?.[0];
