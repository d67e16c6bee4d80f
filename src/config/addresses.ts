/** Is this host name, judged by its text alone, the machine itself? */
export function isLoopbackHost(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  return name === 'localhost' || name === '::1' || /^127(\.\d{1,3}){3}$/.test(name);
}

/** The host of `host:port`, `[::1]:7233`, or a URL. */
export function hostOf(address: string): string {
  const rest = address.replace(/^[a-z]+:\/\//i, '');
  const bracketed = /^\[([^\]]*)\]/.exec(rest);
  if (bracketed) return bracketed[1] ?? '';
  return rest.replace(/[:/].*$/s, '');
}

/** A URL's text without the user name and password somebody may have put into it. */
export function maskUserInfo(text: string): string {
  return text.replace(/\/\/[^/?#]*@/, '//***@');
}
