import type { WorkflowResult } from '../interface';

export interface TableRow {
  readonly title: string;
  readonly result: WorkflowResult;
  readonly historyEvents: number;
  readonly polls: number;
}

/** The results as columns of text. */
export function table(rows: readonly TableRow[]): string {
  const lines = [
    ['process', 'result', 'history events', 'polls'],
    ...rows.map(({ title, result, historyEvents, polls }) => [
      title,
      inWords(result),
      String(historyEvents),
      String(polls),
    ]),
  ];
  const widths = (lines[0] ?? []).map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** A result in one line. */
export function inWords(result: WorkflowResult): string {
  if ('payment' in result) return `${result.payment}, ${result.contract}`;
  // Customs comments on what succeeded too, which nobody has to read.
  const why =
    'explanation' in result && result.outcome !== 'SUCCESS'
      ? result.explanation
      : 'audit_reject_detail' in result
        ? result.audit_reject_detail
        : undefined;
  const identity = 'identity' in result && result.identity !== undefined ? `, identity ${result.identity.outcome}` : '';
  return `${result.outcome}${identity}${why === undefined ? '' : `: ${why}`}`;
}
