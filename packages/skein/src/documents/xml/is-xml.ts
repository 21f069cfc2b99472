const endings = new Set('.xml .dbk .docbook .tei .fb2 .rss .atom .dita .nxml .opml'.split(' '))

/** Whether a text is HTML that is written as XML: it says so behind instructions and comments. */
export function isXhtml(text: string): boolean {
  let at = text.startsWith('\uFEFF') ? 1 : 0
  for (;;) {
    while (/\s/.test(text[at] ?? '')) at += 1
    const close = text.startsWith('<?', at) ? '?>' : text.startsWith('<!--', at) ? '-->' : undefined
    if (close === undefined) return /^<(?:!doctype\s{1,9}html|html)\b/i.test(text.slice(at, at + 30))
    const end = text.indexOf(close, at + 2)
    if (end === -1) return false
    at = end + close.length
  }
}

/** Whether a text is XML. */
export function isXml(text: string, ending: string): boolean {
  const head = text.slice(0, 200)
  return /^\uFEFF?\s{0,99}<\?xml\s/.test(head) || (endings.has(ending) && /^\uFEFF?\s{0,99}<[A-Za-z!?]/.test(head))
}
