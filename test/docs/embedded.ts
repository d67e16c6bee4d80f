import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';

export const ROOT = join(__dirname, '..', '..');

/** Every page, by its path from the root. */
export function pages(): string[] {
  const docs = readdirSync(join(ROOT, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => relative(ROOT, join(ROOT, 'docs', name)));
  return ['README.md', 'README.zh-CN.md', 'CHANGELOG.md', ...docs];
}

export function read(path: string): string {
  return readFileSync(join(ROOT, path), 'utf8');
}

const QUOTE = /(<!-- quote: (\S+) -->\n\n```\w+\n)([^]*?)(```\n)/g;

/** The page as it has to be: every quote replaced by what it quotes. */
export function withQuotes(page: string): string {
  return page.replace(QUOTE, (_, before: string, source: string, _quoted, after: string) => {
    return `${before}${sourceText(source)}${after}`;
  });
}

export function quotesOf(page: string): string[] {
  return [...page.matchAll(QUOTE)].map((match) => match[2] ?? '');
}

/** `path` or `path#region`, where a region is between `// #region NAME` and `// #endregion`. */
function sourceText(source: string): string {
  const [path = '', region] = source.split('#');
  const text = read(path);
  if (region === undefined) return text;
  const found = new RegExp(`^// #region ${region}\\n([^]*?)^// #endregion$`, 'm').exec(text);
  if (found?.[1] === undefined) throw new Error(`${path} has no region ${region}`);
  return found[1];
}

const VARIABLES = /(<!-- variables -->\n)[^]*?(<!-- \/variables -->)/;

/** The page with this table of environment variables. */
export function withVariables(page: string, table: string): string {
  if (!VARIABLES.test(page)) throw new Error('the page has no place for the environment variables');
  return page.replace(VARIABLES, (_, before: string, after: string) => `${before}\n${table.trim()}\n\n${after}`);
}

/** Targets of a page's links into the repository, as paths from the root; with the heading, if one is named. */
export function linksOf(path: string): { readonly path: string; readonly heading?: string }[] {
  const prose = read(path).replace(/```[^]*?```/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)]
    .map((match) => match[1] ?? '')
    .filter((target) => !/^https?:/.test(target))
    .map((target) => {
      const [file = '', heading] = target.split('#');
      const linked = file === '' ? path : relative(ROOT, join(ROOT, path, '..', file));
      return { path: linked, ...(heading === undefined ? {} : { heading }) };
    });
}

/** Anchors of a page's headings, as code hosts make them. */
export function anchorsOf(page: string): string[] {
  return [...page.replace(/```[^]*?```/g, '').matchAll(/^#+ (.+)$/gm)].map((match) =>
    (match[1] ?? '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}
