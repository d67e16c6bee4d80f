// What the worst refused v2 message costs: `node bench/protocol/xml-worst.mjs [folder of the built package]`.
// Processor time, not time of the day, because everybody may send us messages and a processor is what they can take away.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from '../../scripts/install.mjs';

/** Milliseconds for one message. */
export const GOAL = 5;
/** The largest message that is looked at. */
const LIMIT = 64 * 1024;
const KEYS = ['192006250b4c09247ec02edce69f6a2d', '0'.repeat(32)];
const SIGN = '<sign>5270AEA7CB8507104C60BDE5642BBB93</sign>';
const HMAC = `<sign>${'A'.repeat(64)}</sign>`;

/** Fills the limit with one piece between a beginning and an end; `piece` may count. */
function filled(piece, before = '<xml>', after = '</xml>') {
  const end = Buffer.from(after);
  const pieces = [Buffer.from(before)];
  let size = pieces[0].length;
  for (let n = 0; ; n += 1) {
    const next = Buffer.from(typeof piece === 'function' ? piece(n) : piece);
    if (size + next.length + end.length > LIMIT) break;
    pieces.push(next);
    size += next.length;
  }
  return Buffer.concat([...pieces, end]);
}

const inOneField = (piece, after = '</a></xml>') => filled(piece, '<xml><a>', after);
/** As many fields as are read, with values that fill the limit, so that all of it is sorted and hashed. */
const fields = (sign, value = 'x') =>
  Buffer.from(
    `<xml>${sign}${Array.from({ length: 499 }, (_, n) => `<f${n}>${value.repeat(Math.floor(110 / Buffer.byteLength(value)))}</f${n}>`).join('')}</xml>`,
  );

/** Messages that try to be dear. None of them may be accepted. */
export const HOSTILE = {
  'deep nesting': filled('<a>'),
  'deep nesting, closed': Buffer.from(`<xml>${'<a>'.repeat(9_000)}${'</a>'.repeat(9_000)}</xml>`),
  'nesting of long names': filled(`<${'n'.repeat(64)}>`),
  'siblings of one name': filled('<a/>'),
  'siblings of many names': filled((n) => `<a${n}/>`),
  'siblings of many long names': filled((n) => `<${'n'.repeat(58)}${n}/>`),
  'closing tags': filled('</a>'),
  attributes: filled(' b=""', '<xml><a', '/></xml>'),
  'blanks in a tag': filled(' ', '<xml><a', 'x/></xml>'),
  'blanks between fields': filled(' ', '<xml>', 'x</xml>'),
  'blanks before the root': filled('\n', '', 'x'),
  'blanks behind the root': filled('\t', '<xml><a>1</a></xml>', 'x'),
  'ends of lines': inOneField('\r\n', '<'),
  'ends of lines, old': inOneField('\r', '<'),
  'opening brackets': filled('<'),
  'names without end': filled('<a'),
  'one name without end': filled('a', '<xml><', '></xml>'),
  'a declared entity': filled('a', '<!DOCTYPE x [<!ENTITY a "', '">]><xml><a>&a;</a></xml>'),
  'many declared entities': filled((n) => `<!ENTITY a${n} "&a${n - 1};">`, '<!DOCTYPE x [', ']><xml/>'),
  'uses of an entity': inOneField('&a;'),
  comments: filled('<!---->'),
  instructions: filled('<?a?>'),
  'a long declaration': filled(' ', '<?xml ', '?><xml/>'),
  encodings: filled(' encoding="utf-8"', '<?xml', '?><xml/>'),
  ampersands: inOneField('&'),
  'ampersands and semicolons': inOneField('&;'),
  'references, and one that is none': inOneField('&amp;', '&</a></xml>'),
  'numeric references, and one that is none': inOneField('&#1;'),
  'numeric references, and one too high': inOneField('&#x10FFF;', '&#x110000;</a></xml>'),
  'a reference without end': inOneField('1', '</a></xml>').fill('&#', 8, 10),
  'CDATA without end': inOneField('x', '').fill('<![CDATA[', 8, 17),
  'CDATA sections, the last without end': inOneField('<![CDATA[]]>', '<![CDATA['),
  'beginnings of CDATA': inOneField('<![CDATA['),
  'beginnings of CDATA, half': inOneField('<![CDATA'),
  'ends of CDATA': inOneField(']]>'),
  'ends of CDATA, half': inOneField(']]', ']]></a></xml>'),
  'brackets inside CDATA': inOneField(']]', '<').fill('<![CDATA[', 8, 17),
  'a control character at the end': inOneField('x', '\u0000</a></xml>'),
  'a byte that is no UTF-8 at the end': Buffer.concat([inOneField('中', ''), Buffer.from([0xff])]),
  'characters of four bytes': inOneField('😀', '</b></xml>'),
  'all fields, wrong MD5': fields(SIGN),
  'all fields, wrong HMAC-SHA256': fields(HMAC),
  'all fields in Chinese, wrong HMAC-SHA256': fields(HMAC, '中'),
  'one long field, wrong MD5': inOneField('x', `</a>${SIGN}</xml>`),
  'one long field in Chinese, wrong HMAC-SHA256': inOneField('中', `</a>${HMAC}</xml>`),
  'references, wrong MD5': inOneField('&amp;', `</a>${SIGN}</xml>`),
  'CDATA sections, wrong MD5': inOneField('<![CDATA[]]>', `</a>${SIGN}</xml>`),
  'ends of lines, wrong MD5': inOneField('\r\n', `</a>${SIGN}</xml>`),
  'sign type nobody knows': inOneField('x', `</a>${SIGN}<sign_type>x</sign_type></xml>`),
  'too large by a byte': Buffer.alloc(LIMIT + 1, '<'),
};

/**
 * @param open opens a notification and throws what has a `reason`
 * @returns for each message the reason of the refusal and milliseconds of processor time: the first time, before anything
 *   is compiled, and the median and the worst of the times after it
 */
export function measureRefusals(open, { times = 41 } = {}) {
  return Object.entries(HOSTILE).map(([shape, rawBody]) => {
    const spent = [];
    let reason;
    for (let n = 0; n < times; n += 1) {
      const before = process.cpuUsage();
      reason = refusal(open, rawBody, shape);
      const { user, system } = process.cpuUsage(before);
      spent.push((user + system) / 1000);
    }
    const [first, ...rest] = spent;
    rest.sort((a, b) => a - b);
    return { shape, reason, first, median: rest[Math.floor(rest.length / 2)], worst: rest[rest.length - 1] };
  });
}

function refusal(open, rawBody, shape) {
  try {
    open({ rawBody, keys: KEYS });
  } catch (error) {
    if (typeof error?.reason === 'string') return error.reason;
    throw error;
  }
  throw new Error(`accepted: ${shape}`);
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const lib = process.argv[2] ?? join(root, 'lib');
  const { openV2Notification } = createRequire(import.meta.url)(join(lib, 'wechatpay', 'v2', 'notification.js'));
  const found = measureRefusals(openV2Notification).sort((a, b) => b.median - a.median);
  const cell = (milliseconds) => milliseconds.toFixed(2).padStart(6);
  console.log('median  worst  first  ms of processor time for one refused message of 64 KiB');
  for (const { shape, reason, first, median, worst } of found) {
    console.log(`${cell(median)} ${cell(worst)} ${cell(first)}  ${shape} (${reason})`);
  }
  console.log(`The worst takes ${found[0].median.toFixed(2)} ms: ${found[0].shape}. Goal: at most ${GOAL} ms.`);
  process.exitCode = found[0].median > GOAL ? 1 : 0;
}
