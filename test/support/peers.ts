import { execFileSync } from 'node:child_process';
import { findPostgresPrograms } from './installed-postgres.ts';

/** The programs that peers tests hold Lifeboat against, and the Debian package that each comes with. */
const PEERS: [program: string, argument: string, debianPackage: string][] = [
  ['openssl', 'version', 'openssl'],
  ['gunzip', '--version', 'gzip'],
  ['lz4', '--version', 'lz4'],
  ['zstd', '--version', 'zstd'],
  ['bzip2', '--help', 'bzip2'],
  ['xz', '--version', 'xz-utils'],
  ['age', '--version', 'age'],
  ['gpg', '--version', 'gnupg'],
  ['script', '--version', 'bsdutils'],
  ['psql', '--version', 'postgresql-client'],
  ['pg_restore', '--version', 'postgresql-client'],
];

/** Names what is missing with the line that installs it, instead of passing without having compared. */
export default (): void => {
  const missing = PEERS.filter(([program, argument]) => {
    try {
      execFileSync(program, [argument], { stdio: 'ignore' });
      return false;
    } catch {
      return true;
    }
  });
  // Its server's programs are not in PATH.
  if (findPostgresPrograms() === undefined) missing.push(['initdb', '', 'postgresql']);
  if (missing.length === 0) return;
  const packages = missing.map(([, , debianPackage]) => debianPackage).join(' ');
  throw new Error(
    `npm run test:peers needs ${missing.map(([program]) => program).join(', ')}. Install: apt-get install -y ${packages}`,
  );
};
