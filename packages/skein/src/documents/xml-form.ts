import { Parser } from 'htmlparser2'

/** How the elements of a text of XML are used. */
export interface XmlForm {
  /** The names of those that stand within text somewhere, such as emphasis. */
  readonly inline: ReadonlySet<string>
  /** The names of those that hold nothing but fields, each of a name of its own, and the names of these. */
  readonly records: ReadonlyMap<string, readonly string[]>
}

interface Open {
  readonly name: string
  readonly within: string[]
  hasText: boolean
  /** Whether what is in it is text alone. */
  isFlat: boolean
}

/**
 * Looks through a text of XML once.
 *
 * @param structure - The names of elements that are no fields of records.
 */
export function xmlForm(xml: string, structure: ReadonlySet<string>): XmlForm {
  const inline = new Set<string>()
  const records = new Map<string, { readonly fields: readonly string[]; count: number }>()
  const others = new Set<string>()
  const open: Open[] = []
  const parser = new Parser(
    {
      onopentag(tag) {
        const name = tag.slice(tag.indexOf(':') + 1).toLowerCase()
        const parent = open.at(-1)
        const above = open.at(-2)
        parent?.within.push(name)
        if (above) above.isFlat = false
        open.push({ name, within: [], hasText: false, isFlat: true })
      },
      ontext(text) {
        const parent = open.at(-1)
        if (parent && !parent.hasText && text.trim() !== '') parent.hasText = true
      },
      onclosetag() {
        const closed = open.pop()
        if (!closed || closed.within.length === 0) return
        const { name, within, hasText, isFlat } = closed
        if (hasText) for (const one of within) inline.add(one)
        const known = records.get(name)
        const isSame = known === undefined || known.fields.join(' ') === within.join(' ')
        const isRecord = isFlat && !hasText && within.length > 1 && new Set(within).size === within.length && isSame
        if (!isRecord || structure.has(name) || within.some((one) => structure.has(one))) others.add(name)
        else if (known) known.count += 1
        else records.set(name, { fields: within, count: 1 })
      },
    },
    { xmlMode: true, decodeEntities: true },
  )
  parser.write(xml)
  parser.end()
  const repeated = [...records].filter(([name, { count }]) => count > 1 && !others.has(name))
  return { inline, records: new Map(repeated.map(([name, { fields }]) => [name, fields])) }
}
