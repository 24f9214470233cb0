import * as z from 'zod';

/** How bad an alert is. `unchecked` = the check could not look for too long; routed as a warning. */
export const levelSchema = z.enum(['unchecked', 'warning', 'critical']);
export type Level = z.infer<typeof levelSchema>;

/** From the report that opens an alert to the one that resolves it. */
const incidentSchema = z.object({
  /** `lifeboat/<alert>/<time of opening>`: never used again, also not after this record has expired. */
  key: z.string(),
  openedAt: z.iso.datetime(),
  level: levelSchema,
  /** How often it got worse; each time gives a dedup key of its own. */
  escalations: z.number().int().min(0),
  /** What was told last. */
  title: z.string(),
  /** When somebody was last told at each level, by this function's own clock. */
  toldAt: z.partialRecord(levelSchema, z.iso.datetime()),
  /** Who was told that it is firing, and under which keys: who must be told that it is over. */
  told: z.array(z.object({ channel: z.string(), keys: z.array(z.string()).min(1) })),
});
export type Incident = z.infer<typeof incidentSchema>;

/** What is remembered of one identity. */
export const alertStateSchema = z.object({
  /** The newest report so far; older ones change nothing. */
  observedAt: z.iso.datetime(),
  eventId: z.string(),
  /** How bad that report was, 0 to 3: of two of the same moment the worse one counts. */
  weight: z.number().int().min(0).max(3),
  /** The first of the reports in a row that could not look. */
  unknownSince: z.iso.datetime().optional(),
  incident: incidentSchema.optional(),
});
export type AlertState = z.infer<typeof alertStateSchema>;

export const LEVEL_RANK: Record<Level, number> = { unchecked: 0, warning: 1, critical: 2 };

export const severityOf = (level: Level): 'critical' | 'warning' =>
  level === 'critical' ? 'critical' : 'warning';
