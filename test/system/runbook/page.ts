import { read } from '../../docs/embedded';

/** A word in capitals that a person fills in. */
export const PLACEHOLDERS = [
  'WORKFLOW_ID',
  'NUMBER',
  'MCHID',
  'SUB_MCHID',
  'APPID',
  'OUT_TRADE_NO',
  'TRANSACTION_ID',
  'CUSTOMS',
  'MERCHANT_CUSTOMS_NO',
  'APPLYMENT_ID',
  'DOMAIN',
  'CONTRACT_ID',
  'BODY',
  'REMARK',
  'NOTE',
  'REASON',
  'INPUT',
  'DECLARATION',
  'WEBHOOK',
] as const;

export type Values = Readonly<Partial<Record<(typeof PLACEHOLDERS)[number], string>>>;

const PAGE = read('docs/runbook.md');
const WORD = new RegExp(`\\b(?:${PLACEHOLDERS.join('|')})\\b`, 'g');

/** Every command of the page by its name. */
export const COMMANDS: ReadonlyMap<string, string> = new Map(
  [...PAGE.matchAll(/<!-- command: (\S+) -->\n\n```sh\n([^]*?)```\n/g)].map(([, name = '', command = '']) => [
    name,
    command,
  ]),
);

/** How many fenced blocks the page has: each has to be one of the commands. */
export const BLOCKS = [...PAGE.matchAll(/^```\w/gm)].length;

/** The command as a person would type it. Every word is filled in, and every value is used. */
export function filledIn(name: string, values: Values): string {
  const command = COMMANDS.get(name);
  if (command === undefined) throw new Error(`the page has no command ${name}`);
  const unused = new Set(Object.keys(values));
  const typed = command.replace(WORD, (word) => {
    const value = values[word as keyof Values];
    if (value === undefined) throw new Error(`${name}: nothing for ${word}`);
    unused.delete(word);
    return value;
  });
  if (unused.size > 0) throw new Error(`${name} has no ${[...unused].join(', ')}`);
  return typed;
}
