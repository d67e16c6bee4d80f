/** What a server sends back. One line, never a stack trace, never more than WeChat Pay needs to know. */
export interface WebhookResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Texts for the sender. The exact reason of a refusal is for our log alone: it would help whoever probes. */
const MESSAGES: Readonly<Record<number, string>> = {
  400: 'bad request',
  401: 'not verified',
  404: 'not found',
  405: 'method not allowed',
  408: 'request timeout',
  413: 'too large',
  415: 'unsupported media type',
  431: 'header fields too large',
  503: 'try again',
};

/** An answer in the sender's own protocol; any status but 200 makes WeChat Pay send again. */
export function answer(protocol: 'v3' | 'v2', status: number): WebhookResponse {
  const allow: Record<string, string> = status === 405 ? { allow: 'POST' } : {};
  const message = MESSAGES[status] ?? 'failed';
  if (protocol === 'v3') {
    const body = status === 200 ? { code: 'SUCCESS', message: 'OK' } : { code: 'FAIL', message };
    return {
      status,
      headers: { 'content-type': 'application/json; charset=utf-8', ...allow },
      body: JSON.stringify(body),
    };
  }
  const [code, text] = status === 200 ? ['SUCCESS', 'OK'] : ['FAIL', message];
  return {
    status,
    headers: { 'content-type': 'text/xml; charset=utf-8', ...allow },
    body: `<xml><return_code><![CDATA[${code}]]></return_code><return_msg><![CDATA[${text}]]></return_msg></xml>`,
  };
}
