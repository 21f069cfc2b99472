import { scanXml } from './scan-xml.ts'

/** What is in an element, as bits. */
export const holds = { text: 1, elements: 2, paragraphs: 4, headings: 8 } as const

/** How the elements of a text of XML are used. */
export interface XmlForm {
  /** What each element holds, in the order in which they open. */
  readonly held: readonly number[]
  /** The outermost element's name. */
  readonly root: string
  /** The names of all elements. */
  readonly used: ReadonlySet<string>
  /** The names of those that stand within text somewhere, such as emphasis. */
  readonly inline: ReadonlySet<string>
  /** The names of those that hold nothing but fields, each of a name of its own, and the names of these. */
  readonly records: ReadonlyMap<string, readonly string[]>
}

interface Open {
  readonly name: string
  readonly index: number
  readonly within: string[]
  /** Whether what is in it is text alone. */
  isFlat: boolean
}

const mostFields = 100

/**
 * Looks through a text of XML once.
 *
 * @param kinds - The names of titles, of what always is a paragraph, and of what is no field of a record.
 */
export function xmlForm(
  xml: string,
  kinds: Readonly<Record<'headings' | 'paragraphs' | 'structure', ReadonlySet<string>>>,
): XmlForm {
  const held: number[] = []
  const used = new Set<string>()
  const inline = new Set<string>()
  const records = new Map<string, { readonly fields: readonly string[]; count: number }>()
  const others = new Set<string>()
  const open: Open[] = []
  let root = ''
  const mark = (one: Open | undefined, bits: number): void => {
    if (one) held[one.index] = (held[one.index] ?? 0) | bits
  }
  const close = ({ name, index, within, isFlat }: Open): void => {
    const bits = held[index] ?? 0
    mark(open.at(-1), bits & holds.paragraphs)
    if (kinds.paragraphs.has(name)) mark(open.at(-1), holds.paragraphs)
    if (kinds.headings.has(name)) mark(open.at(-1), holds.headings)
    if (within.length === 0) return
    if ((bits & holds.text) !== 0) for (const one of within) inline.add(one)
    const known = records.get(name)
    const isRecord = isFlat && (bits & holds.text) === 0 && within.length > 1 && within.length <= mostFields
    const isSame =
      !known || (known.fields.length === within.length && known.fields.every((one, at) => one === within[at]))
    if (!isRecord || !isSame || others.has(name) || kinds.structure.has(name) || isMixed(within, kinds.structure)) {
      others.add(name)
    } else if (known) known.count += 1
    else records.set(name, { fields: within, count: 1 })
  }
  scanXml(xml, {
    open(name) {
      const parent = open.at(-1)
      const above = open.at(-2)
      root ||= name
      used.add(name)
      mark(parent, holds.elements)
      parent?.within.push(name)
      if (above) above.isFlat = false
      open.push({ name, index: held.length, within: [], isFlat: true })
      held.push(0)
    },
    text({ text }) {
      if (/\S/.test(text)) mark(open.at(-1), holds.text)
    },
    close() {
      const closed = open.pop()
      if (closed) close(closed)
    },
  })
  const repeated = [...records].filter(([name, { count }]) => count > 1 && !others.has(name))
  return { held, root, used, inline, records: new Map(repeated.map(([name, { fields }]) => [name, fields])) }
}

/** Whether names of fields repeat, or are none of fields. */
function isMixed(within: readonly string[], structure: ReadonlySet<string>): boolean {
  return new Set(within).size < within.length || within.some((one) => structure.has(one))
}
