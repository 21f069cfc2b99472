type Names = ReadonlySet<string>

const names = (all: string): Names => new Set(all.split(' '))

/** What elements mean in DocBook, TEI, JATS, DITA, FictionBook, RSS and Atom, and in what is made like them. */
export const headings: Names = names('title head heading article-title chapter-title bridgehead')
export const items: Names = names('listitem item li list-item step')
export const code: Names = names('programlisting screen literallayout codeblock pre sourcecode synopsis')
export const rows: Names = names('row tr sthead strow')
export const rowGroups: Names = names('thead tbody tfoot tgroup')
/** Feeds hold HTML in these. */
export const markup: Names = names('description content summary encoded')
/** These begin a paragraph also where text stands beside them. */
export const firm: Names = names(
  'p para simpara formalpara l v ab lg div list itemizedlist orderedlist variablelist ul ol dl table informaltable ' +
    `simpletable blockquote ${[...items, ...code].join(' ')}`,
)
/** These begin one, unless they stand within text. */
const loose = names(
  'section sec chapter article book part body text quote q sp stanza poem epigraph note caption figure abstract cell td th entry',
)
/** What never is a field of a record. */
export const structure: Names = new Set([...headings, ...rows, ...rowGroups, ...firm, ...loose])
/** These part words, if they are empty. */
export const breaks: Names = names('lb br pb cb gb tab s cr break linebreak line-break softbreak newline v verse')

/** What only some kinds of documents have. */
export interface Vocabulary {
  readonly kind?: 'tei' | 'opml' | undefined
  /** What tells about a text rather than being part of it. Of that, titles and abstracts are read. */
  readonly asides: Names
  readonly hidden: Names
  readonly firm: Names
  /** Within these, whatever is no paragraph is a part of a sentence. */
  readonly paragraphs: Names
}

const none: Names = new Set()
const unknown: Vocabulary = { asides: none, hidden: none, firm, paragraphs: names('p para simpara') }
/** Their notes are paragraphs within the text. */
const withNotes = new Set([...firm, 'note'])

/**
 * Tells the vocabulary of a document.
 *
 * @param head - Its beginning, up to the outermost element at least.
 * @param used - The names of all its elements.
 */
export function vocabularyOf(root: string, head: string, used: Names): Vocabulary {
  const uses = (all: string): boolean => all.split(' ').some((name) => used.has(name))
  if (/^tei(?:corpus|\.2)?$/.test(root) || head.includes('www.tei-c.org/ns/'))
    return {
      ...unknown,
      kind: 'tei',
      asides: names('teiheader'),
      hidden: names('listbibl fw'),
      paragraphs: names('p l s ab seg'),
    }
  if (root === 'fictionbook') {
    const paragraphs = names('p v text-author subtitle')
    return { ...unknown, asides: names('description'), hidden: names('binary stylesheet'), paragraphs }
  }
  if (root === 'opml') return { ...unknown, kind: 'opml', asides: names('head') }
  if (head.includes('wordprocessingml') || root === 'worddocument')
    return { ...unknown, hidden: names('instrtext deltext binarydata ppr rpr trpr tcpr tblpr tblgrid tblprex'), firm }
  if (uses('article-meta journal-meta book-meta front-stub'))
    return { ...unknown, asides: names('front front-stub book-meta'), hidden: names('fn ref-list') }
  if (/docbook/i.test(head) || (/^(?:book|article|chapter|set|refentry|part)$/.test(root) && uses('para simpara'))) {
    const asides = names('info articleinfo bookinfo chapterinfo sectioninfo')
    return { ...unknown, asides, hidden: names('footnote indexterm bibliography'), firm: withNotes }
  }
  if (/^(?:task|topic|concept|reference|dita)$/.test(root) && uses('taskbody conbody refbody body'))
    return { ...unknown, asides: names('prolog'), hidden: names('fn indexterm'), firm: withNotes }
  return uses('svg html') ? { ...unknown, hidden: names('script style') } : unknown
}

/** Whether an element holds what its parent is about, so that a title in it is the parent's. */
export function isHeader(name: string, { asides }: Vocabulary): boolean {
  return asides.has(name) || /^(?:article-meta|title-group|titlestmt|filedesc)$/.test(name)
}
