import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

import { parseSync, Visitor } from 'oxc-parser'
import type { Expression, MemberExpression, Program } from 'oxc-parser'

/** The only files that write to the terminal. They clean what they write. */
const writers = new Set([
  'packages/skein/src/terminal/printer.ts',
  'packages/core/src/human/console-notifier.ts',
  // Where the printer can't be loaded.
  'packages/skein/src/cli.ts',
  // It has no dependencies, and prints its own words alone.
  'packages/create-skein/src/cli.ts',
])
/** What may be asked of a standard stream: how wide it is, and whether it is a terminal. */
const asked = new Set(['isTTY', 'columns'])
/** Calls of `node:fs` that take a file descriptor or a path. */
const fileWrites = /^(?:write|writev|writeFile|appendFile)(?:Sync)?$|^createWriteStream$/
const devices = /^\/dev\/(?:stdout|stderr|tty|fd\/[12])$|^\/proc\/self\/fd\/[12]$/
const streams = new Set(['stdout', 'stderr'])
const raw = new Set(['_rawDebug', '_debugProcess'])

/**
 * Checks that sources write to standard output and standard error through the
 * printer alone, since what they print may come from documents and models.
 *
 * @returns what is wrong, each with file and line.
 */
export function checkStandardStreams(root: string): readonly string[] {
  const files = globSync('packages/*/src/**/*.ts', { cwd: root, exclude: ['packages/*/src/testing/**'] }).toSorted()
  return files
    .filter((file) => !writers.has(file))
    .flatMap((file) => faultsOf(file, readFileSync(join(root, file), 'utf8')))
}

/** Checks one file. Only the command line may look at the standard streams at all. */
export function faultsOf(file: string, text: string): readonly string[] {
  const { program, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file}: ${errors.map(({ message }) => message).join('; ')}`)
  const isCommand = file.startsWith('packages/skein/')
  const faults = new Map<number, string>()
  const fault = (start: number, what: string): void => {
    const line = text.slice(0, start).split('\n').length
    faults.set(start, `${file}:${line}: ${what} passes the printer by. Use packages/skein/src/terminal/printer.ts.`)
  }
  const allowed = isCommand ? measured(program) : new Set<number>()
  new Visitor({
    Identifier: ({ name, start }) => {
      if (name === 'console') fault(start, 'console')
    },
    MemberExpression: (node) => {
      const name = nameOf(node)
      if (name === 'console' || name === undefined) {
        if (isGlobal(node.object)) fault(node.start, name ?? 'globalThis[…]')
      }
      if (isProcess(node.object) && name === undefined) fault(node.start, 'process[…]')
      else if (isProcess(node.object) && streams.has(name ?? '') && !allowed.has(node.start)) {
        fault(node.start, `process.${name}`)
      } else if (isProcess(node.object) && raw.has(name ?? '')) fault(node.start, `process.${name}`)
    },
    VariableDeclarator: ({ id, init, start }) => {
      if (id.type === 'ObjectPattern' && init && isProcess(init)) fault(start, 'process, taken apart,')
    },
    ImportDeclaration: ({ source, specifiers, start }) => {
      const isWhole = specifiers.every(({ type }) => type === 'ImportSpecifier')
      if (/^(?:node:)?process$/.test(source.value) && isWhole) fault(start, 'node:process, taken apart,')
      if (/^(?:node:)?console$/.test(source.value)) fault(start, 'node:console')
    },
    CallExpression: ({ callee, arguments: given, start }) => {
      const name =
        callee.type === 'Identifier' ? callee.name : callee.type === 'MemberExpression' ? nameOf(callee) : undefined
      const [first] = given
      if (name === undefined || first?.type !== 'Literal' || !fileWrites.test(name)) return
      if (first.value === 1 || first.value === 2) fault(start, `${name}(${first.value}, …)`)
    },
    NewExpression: ({ callee, start }) => {
      const name = callee.type === 'MemberExpression' ? nameOf(callee) : callee.type === 'Identifier' ? callee.name : ''
      if (name === 'WriteStream' || name === 'Console') fault(start, `new ${name}`)
    },
    Literal: ({ value, start }) => {
      if (typeof value === 'string' && devices.test(value)) fault(start, value)
    },
  }).visit(program)
  return [...faults.values()]
}

/** Where standard streams are only asked for their width, or handed to a function that renders for them. */
function measured(program: Program): ReadonlySet<number> {
  const found = new Set<number>()
  const allow = (node: { readonly type: string; readonly start: number }): void => void found.add(node.start)
  new Visitor({
    MemberExpression: (node) => {
      if (asked.has(nameOf(node) ?? '')) allow(node.object)
    },
    CallExpression: ({ callee, arguments: given }) => {
      const name = callee.type === 'Identifier' ? callee.name : ''
      if (/^(?:render|columnsOf$|styleText$)/.test(name)) given.forEach(allow)
    },
    Property: ({ key, value }) => {
      if (key.type === 'Identifier' && key.name === 'stream') allow(value)
    },
  }).visit(program)
  return found
}

function isGlobal(node: Expression): boolean {
  return node.type === 'Identifier' && /^global(?:This)?$/.test(node.name)
}

function isProcess(node: Expression): boolean {
  if (node.type === 'Identifier') return node.name === 'process'
  return node.type === 'MemberExpression' && nameOf(node) === 'process'
}

/** The name of a property; undefined where it is decided at run time. */
function nameOf({ property, computed }: MemberExpression): string | undefined {
  if (!computed) return property.type === 'Identifier' ? property.name : ''
  return property.type === 'Literal' && typeof property.value === 'string' ? property.value : undefined
}
