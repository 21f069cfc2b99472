#!/usr/bin/env node
import { createInterface } from 'node:readline/promises'
import { parseArgs } from 'node:util'

import { createProject, isTemplate, templates } from './create-project.ts'
import type { Template } from './create-project.ts'

const usage = `npm create skein@latest FOLDER -- --template ${Object.keys(templates).join('|')}`

try {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { template: { type: 'string' }, help: { type: 'boolean' } },
  })
  if (values.help) console.log(`${usage}\n\n${list()}`)
  else await create(positionals, values.template)
} catch (error) {
  console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`)
  process.exitCode = 1
}

async function create([folder = 'my-flock', ...more]: readonly string[], named: string | undefined): Promise<void> {
  if (more.length > 0) throw new Error(`Name one folder, not ${more.length + 1}.`)
  const template = named ?? (process.stdin.isTTY ? await askTemplate() : 'script')
  if (!isTemplate(template)) throw new Error(`There is no template \`${template}\`. Choose one of these:\n${list()}`)
  await createProject(folder, template)
  console.log(`Made ${folder} from the template ${template}. Next:

  cd ${folder}
  npm install
  ${templates[template].start}`)
}

async function askTemplate(): Promise<string> {
  const questions = createInterface({ input: process.stdin, output: process.stdout })
  try {
    return (await questions.question(`${list()}\n\nWhich template? (script) `)) || ('script' satisfies Template)
  } finally {
    questions.close()
  }
}

function list(): string {
  return Object.entries(templates)
    .map(([name, { is }]) => `  ${name.padEnd(8)} ${is}`)
    .join('\n')
}
