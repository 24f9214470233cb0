/** The client alone: the package's main file brings a pool and a native client along. */
declare module 'pg/lib/client.js' {
  export { Client as default } from 'pg';
}
