import { createServer } from 'node:net';

const listen = (port: number): Promise<number | undefined> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      const found = typeof address === 'object' && address !== null ? address.port : undefined;
      server.close(() => resolve(found));
    });
  });

/** A port of loopback that nobody listens on at this moment, chosen by the system. */
export const anyFreePort = async (): Promise<number> => {
  const port = await listen(0);
  if (port === undefined) throw new Error('127.0.0.1 has no free port');
  return port;
};

const TRIES = 100;

/** The first free port of loopback from the given one upwards, other than one that is spoken for. */
export const freePortFrom = async (first: number, taken?: number): Promise<number> => {
  for (let port = first; port < first + TRIES; port += 1) {
    if (port !== taken && (await listen(port)) !== undefined) return port;
  }
  throw new Error(`127.0.0.1 has no free port from ${first} to ${first + TRIES - 1}`);
};

/** @throws where somebody listens on the port already. */
export const requireFreePort = async (port: number): Promise<number> => {
  if ((await listen(port)) !== undefined) return port;
  throw new Error(
    `Port ${port} of 127.0.0.1 is taken. Choose another with --port, or leave --port out.`,
  );
};
