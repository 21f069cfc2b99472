import type { PlacedText } from '../placed-text.ts'
import { scanXml } from './scan-xml.ts'
import type { XmlPiece } from './xml-entities.ts'
import * as kinds from './vocabularies.ts'
import type { Vocabulary } from './vocabularies.ts'
import { holds, xmlForm } from './xml-form.ts'
import type { XmlForm } from './xml-form.ts'
import { XmlWriter } from './xml-writer.ts'

/** What an element is for the text. A gap parts words; what is hidden or an aside has no text. */
type Role =
  | 'aside'
  | 'block'
  | 'cell'
  | 'code'
  | 'gap'
  | 'group'
  | 'heading'
  | 'hidden'
  | 'inline'
  | 'item'
  | 'join'
  | 'markup'
  | 'row'

/** An element that is open. */
interface Open {
  readonly name: string
  readonly role: Role
  /** What the elements and texts in it are parts of. */
  readonly within: 'aside' | 'cell' | 'code' | 'flow' | 'heading' | 'hidden'
  /** Whether what is in it and no paragraph goes on with the text. */
  readonly isText: boolean
  /** How many of those around it have a title. */
  readonly titled: number
  /** What a title in it is the title of. */
  readonly owner: Open | undefined
  hasTitle: boolean
  /** Of a row: whether all its cells are names of columns. */
  isHead: boolean
}

type Attributes = () => ReadonlyMap<string, XmlPiece>

/**
 * Turns XML into text with the marks of Markdown: headings, items, tables, code. An element begins a new paragraph, unless
 * it stands within text or its like do. Records that hold nothing but fields are the rows of a table. Attributes are left out.
 */
export function xmlText(xml: string): Required<PlacedText> {
  const form = xmlForm(xml, { headings: kinds.headings, paragraphs: kinds.firm, structure: kinds.structure })
  const vocabulary = kinds.vocabularyOf(form.root, xml.slice(0, 3000), form.used)
  const out = new XmlWriter()
  const open: Open[] = []
  let index = 0
  let at = 0
  let markup: XmlPiece[] = []

  const start = (one: Open, attributes: Attributes): void => {
    const { name, role } = one
    if (role === 'gap') out.space(at)
    else if (role === 'join') out.join()
    else if (role === 'code') out.paragraph('```\n')
    else if (role === 'heading') out.paragraph(`${'#'.repeat(levelOf(one))} `)
    else if (role === 'row') out.row(form.records.has(name) ? name : '', form.records.get(name))
    else if (role === 'cell') out.cell()
    else if (role === 'item') out.paragraph('- ')
    else if (role === 'markup' || role === 'block' || role === 'aside') out.paragraph()
    const said = vocabulary.kind === 'opml' && role === 'item' ? attributes().get('text') : undefined
    if (said) out.words(said)
  }
  scanXml(xml, {
    open(name, attributes) {
      const parent = open.at(-1)
      const held = form.held[index] ?? 0
      const role = roleOf(name, held, parent, form, vocabulary, attributes)
      const one = opened(name, role, held, parent, vocabulary)
      index += 1
      open.push(one)
      if (parent?.role === 'row' && name !== 'th') parent.isHead &&= parent.name === 'sthead'
      start(one, attributes)
    },
    text(piece) {
      at = piece.from + piece.length
      const { role, within } = open.at(-1) ?? { role: 'block', within: 'flow' }
      if (within === 'hidden' || within === 'aside') return
      if (within === 'code') out.verbatim(piece)
      else if (role === 'markup') markup.push(piece)
      else out.words(piece, within === 'cell')
    },
    close() {
      const closed = open.pop()
      if (!closed) return
      const { name, role, isHead } = closed
      if (role === 'gap') out.space(at)
      else if (role === 'code') out.fence()
      else if (role === 'row') out.endRow(form.records.has(name) ? name : '', isHead || open.at(-1)?.name === 'thead')
      else if (role === 'markup') {
        out.html(markup)
        markup = []
        out.end()
      } else if (role === 'heading' || role === 'item' || role === 'block' || role === 'aside') out.end()
    },
  })
  return out.placed
}

function opened(name: string, role: Role, held: number, parent: Open | undefined, vocabulary: Vocabulary): Open {
  const isText = role === 'inline' || role === 'gap' || role === 'heading' || role === 'cell'
  return {
    name,
    role,
    within: withinOf(name, role, parent),
    isText: isText || vocabulary.paragraphs.has(name) || (held & holds.text) !== 0,
    titled: (parent?.titled ?? 0) + (parent?.hasTitle === true ? 1 : 0),
    owner: parent && kinds.isHeader(parent.name, vocabulary) ? parent.owner : parent,
    hasTitle: false,
    isHead: role === 'row',
  }
}

function withinOf(name: string, role: Role, parent: Open | undefined): Open['within'] {
  if (role === 'row') return 'cell'
  if (role === 'aside' || role === 'cell' || role === 'code' || role === 'heading' || role === 'hidden') return role
  return name === 'abstract' ? 'flow' : (parent?.within ?? 'flow')
}

function roleOf(
  name: string,
  held: number,
  parent: Open | undefined,
  { inline, records }: XmlForm,
  vocabulary: Vocabulary,
  attributes: Attributes,
): Role {
  if (parent?.within === 'hidden' || isHidden(name, parent, vocabulary, attributes)) return 'hidden'
  if (parent?.within === 'code') return 'inline'
  if (parent?.role === 'row') return 'cell'
  if (held === 0 && kinds.breaks.has(name)) return attributes().get('break')?.text === 'no' ? 'join' : 'gap'
  if (vocabulary.asides.has(name)) return 'aside'
  const isParagraph = vocabulary.firm.has(name) || (held & holds.paragraphs) !== 0
  const isInline = !isParagraph && (parent?.isText === true || (inline.has(name) && !kinds.structure.has(name)))
  const isHeading = !isInline && kinds.headings.has(name) && (held & holds.headings) === 0
  if (parent?.within === 'aside') return isHeading ? 'heading' : name === 'abstract' ? 'block' : 'aside'
  // Sentences that are elements stand without a space between them.
  if (isInline) return name === 's' && !inline.has(name) ? 'gap' : 'inline'
  if (parent?.within === 'heading' || parent?.within === 'cell') return 'gap'
  if (kinds.code.has(name)) return 'code'
  if (isHeading) return 'heading'
  if ((kinds.rows.has(name) || records.has(name)) && (held & holds.elements) !== 0) return 'row'
  if (kinds.rowGroups.has(name)) return 'group'
  if (kinds.items.has(name) || (vocabulary.kind === 'opml' && name === 'outline')) return 'item'
  return kinds.markup.has(name) && held === holds.text ? 'markup' : 'block'
}

function isHidden(name: string, parent: Open | undefined, vocabulary: Vocabulary, attributes: Attributes): boolean {
  if (vocabulary.hidden.has(name)) return true
  if (vocabulary.kind !== 'tei') return false
  // What an editor put right or spelled out stands beside these.
  if (parent?.name === 'choice') return name === 'sic' || name === 'orig' || name === 'abbr'
  if (name !== 'note') return false
  const about = attributes()
  const place = about.get('place')?.text ?? 'inline'
  return place !== 'inline' || about.has('n') || /foot|end/.test(about.get('type')?.text ?? '')
}

/** The level of a title, of which all before this one are told: those of a header count for what the header is about. */
function levelOf({ owner }: Open): number {
  if (owner) owner.hasTitle = true
  return Math.min(6, (owner?.titled ?? 0) + 1)
}
