// Pages about one benchmark each, which show its newest table.
import { rewrite } from './rewrite.mjs';
import { table as protocolTable } from '../protocol/report.mjs';
import { withFigures as withWebhookFigures } from '../webhook/report.mjs';
import { table as workflowTable, withFigures as withWorkflowFigures } from '../workflow/report.mjs';

/** `withFigures`: the page with the figures of a raw result in the place of those it has. */
export const REFERENCE_PAGES = [
  { path: 'docs/reference/webhook-speed.md', name: 'webhook', withFigures: withWebhookFigures },
  {
    path: 'docs/reference/workflow-cost.md',
    name: 'workflow',
    withFigures: (page, raw) => withWorkflowFigures(page, workflowTable(raw)),
  },
  { path: 'docs/reference/protocol-speed.md', name: 'protocol', withFigures: withProtocolFigures },
];

/** Writes the page of a benchmark with a raw result. */
export function rewriteReferencePage(name, raw) {
  const { path, withFigures } = REFERENCE_PAGES.find((page) => page.name === name);
  return rewrite(path, (page) => withFigures(page, raw));
}

function withProtocolFigures(page, raw) {
  const place = /(\n## Figures\n[^`]*`bench\/results\/`[^`]*```\n)[^`]*(\n```\n)/;
  if (!place.test(page)) throw new Error('the page of the protocol layer has no table below "## Figures"');
  return page.replace(place, (_all, before, after) => `${before}${protocolTable(raw, raw.rows)}${after}`);
}
