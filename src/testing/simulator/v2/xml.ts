export type XmlFields = Record<string, string>;

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function decode(text: string): string {
  return text.replace(/&(#x[0-9a-fA-F]{1,6}|#\d{1,7}|[a-z]{2,4});/g, (whole, name: string) => {
    if (!name.startsWith('#')) return ENTITIES[name] ?? whole;
    const code = name.startsWith('#x') ? parseInt(name.slice(2), 16) : parseInt(name.slice(1), 10);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** Reads `<xml>` with one level of children and nothing else; undefined for anything that is not exactly that. */
export function readXml(text: string): XmlFields | undefined {
  const root = /^\s*(?:<\?xml[^>]*\?>\s*)?<xml>([\s\S]*)<\/xml>\s*$/.exec(text);
  if (!root) return undefined;
  const fields: XmlFields = Object.create(null) as XmlFields;
  const child = /\s*<([A-Za-z_][\w.-]*)\s*(?:\/>|>((?:<!\[CDATA\[[\s\S]*?\]\]>|[^<])*)<\/\1>)/y;
  const content = root[1] ?? '';
  let end = 0;
  for (let found = child.exec(content); found; found = child.exec(content)) {
    const [, name = '', raw = ''] = found;
    if (name in fields) return undefined;
    fields[name] = raw
      .split(/(<!\[CDATA\[[\s\S]*?\]\]>)/)
      .map((part) => (part.startsWith('<![CDATA[') ? part.slice(9, -3) : decode(part)))
      .join('');
    end = child.lastIndex;
  }
  return content.slice(end).trim() === '' ? fields : undefined;
}

/** Numbers plain, text in CDATA, as WeChat Pay writes it. */
export function writeXml(fields: Readonly<XmlFields>): string {
  const children = Object.entries(fields).map(([name, value]) => {
    const plain = /^\d{1,15}$/.test(value) && !name.endsWith('_code') && !name.endsWith('_no');
    return `<${name}>${plain ? value : `<![CDATA[${value.replaceAll(']]>', ']]]]><![CDATA[>')}]]>`}</${name}>`;
  });
  return `<xml>${children.join('\n')}</xml>`;
}
