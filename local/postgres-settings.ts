export type ServerOptions = {
  /**
   * As in postgresql.conf, with `%p` and `%f`; `{archive}` stands for the server's `archiveDir`. It runs
   * as the server's user. Without it nothing is archived.
   */
  archiveCommand?: string;
  /** A segment is archived at the latest after this many seconds; 0 = when it is full. */
  archiveTimeoutSeconds?: number;
  /** Further lines of postgresql.conf. */
  settings?: Record<string, string>;
};

/** A value of postgresql.conf in quotes. */
const quote = (value: string): string => `'${value.replaceAll("'", "''")}'`;

/** What a server that lives for minutes is configured with, as lines of postgresql.conf. */
export const serverSettings = (
  { archiveCommand, archiveTimeoutSeconds = 0, settings }: ServerOptions,
  { port, archiveDir }: { port: number; archiveDir: string },
): string => {
  const archiving = archiveCommand !== undefined && {
    archive_mode: 'on',
    archive_command: archiveCommand.replaceAll('{archive}', archiveDir),
    archive_timeout: String(archiveTimeoutSeconds),
  };
  const values: Record<string, string> = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    // Socket paths may have 107 bytes, which a deep folder exceeds; TCP is enough.
    unix_socket_directories: '',
    wal_level: 'replica',
    max_connections: '20',
    shared_buffers: '32MB',
    fsync: 'off',
    ...archiving,
    ...settings,
  };
  return Object.entries(values)
    .map(([name, value]) => `${name} = ${quote(value)}\n`)
    .join('');
};
