/** An address without what may be secret: signed links have that in their query, others before the host. */
export function shownAddress(url: string): string {
  return url.replace(/[?#].*$/s, '').replace(/^([\w+.:-]*:\/\/)[^/]*@/, '$1');
}

/** The same for each address in a text. */
export function withShownAddresses(text: string): string {
  return text.replaceAll(/(?<![\w+.:-])[\w+.:-]+:\/\/[^\s'"<>]+/g, shownAddress);
}
