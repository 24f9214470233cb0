/** The envelope's `subject` of a report: what a filter or a reader groups by. */
export const reportSubject = (check: string, subject: { kind: string; id: string }): string =>
  `${check}/${subject.kind}/${subject.id}`.slice(0, 2048);
