/** What a receiver answers, and, where it refuses, what was wrong. */
export type Judgement = {
  status: number;
  body: string;
  problem?: string;
};

/** A request as it came in. */
export type Incoming = {
  path: string;
  headers: Record<string, string>;
  text: string;
};

/** The body as JSON, or undefined where it is none. */
export const readJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
