import { createdProjects } from './created-projects.ts'
import { firstPages, followPages } from './follow-pages.ts'
import { peerVersions } from './pack.ts'
import type { Tarballs } from './pack.ts'
import { nodeDependency, Project } from './project.ts'
import type { Ended } from './project.ts'
import { readRecipes, runRecipe } from './recipes.ts'
import type { Recipe } from './recipes.ts'
import { checkSameTask, runSameTask, sameTaskDependencies, sameTaskPrograms } from './same-task.ts'
import { aiSdkApp, everyEntry, runningEntries, typesConfig } from './subjects.ts'
import { runSnippets } from './snippets.ts'
import { firstSteps, ownStore } from './strangers-path.ts'
import type { Step } from './strangers-path.ts'

/** One consumer: what it is made of, and what has to come out. */
export interface Row {
  readonly name: string
  /** @returns what went wrong; `undefined` when all is well. */
  run(): Promise<string | undefined>
}

/** Rows that share an installation. */
export interface Group {
  readonly name: string
  install(): Promise<readonly Row[]>
}

const oldestNode = '22.18.0'
const nodes = [oldestNode, '24', '26']
/** Older than what the packages run on. */
const tooOld = '20'
const compilers = ['5.4', '5.9', '6', '7']
const bundlers = { esbuild: '0.28', vite: '8' }
const types = { '@types/node': '24' }
const next = { next: '16', react: '19', 'react-dom': '19', '@types/react': '19' }
/** What the guide to adapters imports. */
const frameworks = {
  '@anthropic-ai/sdk': '1',
  '@langchain/langgraph': '1',
  '@openai/agents-core': '0.20',
  keyv: '6',
  unstorage: '1',
  zod: '4',
}
/** Runs the suite that stores pass. */
const testRunner = { vitest: '5' }
const runtimes = { bun: '1', deno: '2' }

/** What the rows are made from. */
export interface Sources {
  readonly root: string
  /** An empty folder. */
  readonly folder: string
  readonly tarballs: () => Tarballs
}

/** The rows that belong to every run: one installation, oldest Node.js, oldest and newest TypeScript. */
export function fastGroups(sources: Sources): readonly Group[] {
  const { root, folder } = sources
  let packed: Tarballs | undefined
  const tarballs = (): Tarballs => (packed ??= sources.tarballs())
  const install = async (): Promise<readonly Row[]> => {
    const recipes = readRecipes(`${root}/docs/guide/building.md`).filter(({ name }) => name !== 'Next.js')
    const project = await Project.install(`${folder}/npm`, {
      manager: 'npm',
      tarballs: tarballs(),
      dependencies: {
        ...peerVersions(root).newest,
        ...bundlers,
        ...types,
        ...testRunner,
        ...runtimes,
        ...frameworks,
        ...typescript(['5.4', '7']),
        ...nodeDependency(oldestNode),
        ...nodeDependency(tooOld),
      },
    })
    return [
      typesRow(project, root, '5.4', ['tsconfig.nodenext.json']),
      typesRow(project, root, '7'),
      ...recipes.map((recipe) => recipeRow(project, recipe, oldestNode)),
      bundledRow(project, oldestNode),
      ...tooOldRows(project, root),
      snippetRow(project, oldestNode),
      ...stepRows(firstSteps(project, root, oldestNode), oldestNode),
      ...stepRows({ 'own store': ownStore(project, root, oldestNode, ['facts']) }, oldestNode),
      aiSdkRow(project, '5.4', oldestNode),
      commandRow(project, root, 'bun'),
      ...stepRows({ 'npm create skein': createdProjects(project, oldestNode) }, oldestNode),
      ...stepRows(
        { 'commands of the first pages': () => followPages(project, root, tarballs(), oldestNode, firstPages) },
        oldestNode,
      ),
    ]
  }
  return [{ name: 'npm', install }]
}

/** All of the matrix. */
export function allGroups(sources: Sources): readonly Group[] {
  const { root, folder } = sources
  let packed: Tarballs | undefined
  const tarballs = (): Tarballs => (packed ??= sources.tarballs())
  const installations = (['npm', 'pnpm'] as const).flatMap((manager) =>
    Object.entries(peerVersions(root)).map(([age, peers]) => ({ manager, age, peers })),
  )
  const groups = installations.map(({ manager, age, peers }): Group => {
    const install = async (): Promise<readonly Row[]> => {
      const dependencies = {
        ...peers,
        ...bundlers,
        ...types,
        ...next,
        ...testRunner,
        ...runtimes,
        ...frameworks,
        ...typescript(compilers),
      }
      const versions = Object.assign({}, ...[...nodes, tooOld].map((version) => nodeDependency(version))) as object
      const project = await Project.install(`${folder}/${manager}-${age}`, {
        manager,
        tarballs: tarballs(),
        dependencies: { ...dependencies, ...versions },
      })
      const recipes = readRecipes(`${root}/docs/guide/building.md`)
      return [
        ...compilers.map((version) => typesRow(project, root, version)),
        ...nodes.flatMap((version) => recipes.map((recipe) => recipeRow(project, recipe, version))),
        bundledRow(project, oldestNode),
        ...tooOldRows(project, root),
        ...nodes.map((version) => snippetRow(project, version)),
        ...nodes.flatMap((version) => stepRows(firstSteps(project, root, version), version)),
        ...stepRows({ 'own store': ownStore(project, root, oldestNode, ['store', 'facts']) }, oldestNode),
        ...compilers.map((version) => aiSdkRow(project, version, oldestNode)),
        commandRow(project, root, 'bun'),
        commandRow(project, root, 'deno run --allow-all'),
        ...nodes.flatMap((version) => stepRows({ 'npm create skein': createdProjects(project, version) }, version)),
      ]
    }
    return { name: `${manager}, ${age} peers`, install }
  })
  return [...groups, pagesGroup(sources, tarballs), sameTaskGroup(sources, tarballs)]
}

/** What a reader of the pages does, on the oldest and the newest Node.js, with nothing but that. */
function pagesGroup({ root, folder }: Sources, tarballs: () => Tarballs): Group {
  const install = async (): Promise<readonly Row[]> => {
    const versions = [oldestNode, nodes.at(-1) ?? oldestNode]
    const dependencies = Object.assign({}, ...versions.map((version) => nodeDependency(version))) as Record<
      string,
      string
    >
    const project = await Project.install(`${folder}/pages`, { manager: 'npm', tarballs: {}, dependencies })
    // One after the other: some commands serve at a port of their own.
    const followed = async (): Promise<string | undefined> => {
      for (const version of versions) {
        const wrong = await followPages(project, root, tarballs(), version)
        if (wrong !== undefined) return `Node ${version}:\n${wrong}`
      }
      return undefined
    }
    return stepRows({ 'commands of all pages': followed }, versions.join(' and '))
  }
  return { name: 'readers of the pages', install }
}

/** The programs of which the README counts the lines do what it says, with the versions that their manifest names. */
function sameTaskGroup({ root, folder }: Sources, tarballs: () => Tarballs): Group {
  const install = async (): Promise<readonly Row[]> => {
    const project = await Project.install(`${folder}/same-task`, {
      manager: 'npm',
      tarballs: tarballs(),
      dependencies: { ...sameTaskDependencies(root), ...types, ...typescript(['7']) },
    })
    return [
      { name: 'the same task, types', run: () => checkSameTask(project, root) },
      ...sameTaskPrograms(root).map((program): Row => {
        return { name: `the same task, ${program}`, run: () => runSameTask(project, root, program) }
      }),
    ]
  }
  return { name: 'the same task with others', install }
}

function typescript(versions: readonly string[]): Record<string, string> {
  const aliases = versions.map((version) => [`typescript-${version}`, `npm:typescript@${version}`] as const)
  return { ...Object.fromEntries(aliases), typescript: versions.at(-1) ?? '*' }
}

/** Every entry point type-checks, strictly and with its declarations, as ES module, CommonJS and for bundlers. */
function typesRow(project: Project, root: string, version: string, configs = Object.keys(typesConfig)): Row {
  const run = async (): Promise<string | undefined> => {
    const app = project.sibling(`types-${version}`)
    app.write({ ...everyEntry(root, version), ...typesConfig })
    const compiler = app.tool(`typescript-${version}/bin/tsc`)
    for (const config of configs) {
      const { code, output } = await app.run(`node ${compiler} -p ${config}`)
      if (code !== 0) return `${config}:\n${output}`
    }
    return undefined
  }
  return { name: `types with TypeScript ${version}`, run }
}

function recipeRow(project: Project, recipe: Recipe, version: string): Row {
  const run = async (): Promise<string | undefined> => wrongUnless(await runRecipe(project, recipe, version), '6 words')
  return { name: `guide: ${recipe.name}, Node ${version}`, run }
}

/** A bundle that takes in everything names the setting that leaves it out. */
function bundledRow(project: Project, version: string): Row {
  const run = async (): Promise<string | undefined> => {
    const app = project.sibling('bundled')
    app.write({ 'main.ts': "import { createFlock } from '@skein/core'\nconsole.log(createFlock)\n" })
    await app.run('esbuild main.ts --bundle --platform=node --format=esm --outdir=dist')
    // Of several packages with a `node`, a package manager links any.
    const { code, output } = await app.run('node dist/main.js', version)
    return code !== 0 && output.includes('SKEIN_BUNDLED') && output.includes("packages: 'external'")
      ? undefined
      : output
  }
  return { name: 'a bundled @skein/core says what to do', run }
}

/** Each entry point tells an old Node.js in a sentence, and so does the command. */
function tooOldRows(project: Project, root: string): readonly Row[] {
  const sentence = /Skein needs Node\.js 22\.18 or newer, and this is 20\.\S+ Install a newer Node\.js/
  const told = async (command: string): Promise<string | undefined> => {
    const { code, output } = await project.run(command, tooOld)
    return code !== 0 && sentence.test(output) ? undefined : `${command}:\n${output}`
  }
  const load = async (): Promise<string | undefined> => {
    for (const entry of runningEntries(root)) {
      const wrong = await told(`node -e "import('${entry}')"`)
      if (wrong !== undefined) return wrong
    }
    return undefined
  }
  const command = async (): Promise<string | undefined> => {
    const { code, output } = await project.run(`node ${project.tool('skein/dist/cli.js')} stats`, tooOld)
    return code === 1 && sentence.test(output) && !output.includes('\n') ? undefined : output
  }
  return [
    { name: `every package tells Node ${tooOld} in a sentence`, run: load },
    { name: `the command tells Node ${tooOld} in a sentence`, run: command },
  ]
}

/** What the README, the guides and the doc comments show runs as it is written. */
function snippetRow(project: Project, version: string): Row {
  return {
    name: `snippets of README, guides and doc comments, Node ${version}`,
    run: () => runSnippets(project, version),
  }
}

/** What a stranger does first. */
function stepRows(steps: Readonly<Record<string, Step>>, version: string): readonly Row[] {
  return Object.entries(steps).map(([name, run]) => ({ name: `${name}, Node ${version}`, run }))
}

/** Calls of the AI SDK are shared; its own declarations want `skipLibCheck`. */
function aiSdkRow(project: Project, compiler: string, version: string): Row {
  const run = async (): Promise<string | undefined> => {
    const app = project.sibling(`ai-sdk-${compiler}`)
    app.write(aiSdkApp)
    const checked = await app.run(`node ${app.tool(`typescript-${compiler}/bin/tsc`)} -p tsconfig.json`)
    if (checked.code !== 0) return checked.output
    return wrongUnless(await app.run('node main.ts', version), 'Yes. Yes. 1 call')
  }
  return { name: `calls of the AI SDK, TypeScript ${compiler}`, run }
}

/** The command does the demo's job. */
function commandRow(project: Project, root: string, runtime: string): Row {
  const report = `${root}/examples/data/1981_jimmy_carter_d.txt`
  const run = async (): Promise<string | undefined> => {
    const cli = project.tool('skein/dist/cli.js')
    const app = project.sibling(`command-${runtime.split(' ')[0] ?? ''}`)
    return wrongUnless(await app.run(`${runtime} ${cli} run ${report} --store report.db --json`), '"summary"')
  }
  return { name: `skein run, by ${runtime}`, run }
}

function wrongUnless({ code, output }: Ended, expected: string): string | undefined {
  return code === 0 && output.includes(expected) ? undefined : output
}
