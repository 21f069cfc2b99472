import type { Project } from './project.ts'
import type { Step } from './strangers-path.ts'

/** What the templates import. Other projects must not find it: its types need a newer TypeScript. */
const servers = ['@hono/node-server@2', 'hono@4']
const compiler = 'typescript-7/bin/tsc'

/**
 * What `npm create skein` makes type-checks and runs, for each template.
 *
 * @param version - Of Node.js.
 */
export function createdProjects(project: Project, version: string): Step {
  return async () => {
    const create = project.tool('create-skein/dist/cli.js')
    const beside = project.sibling(`servers-${version}`)
    const installed = await beside.run(`npm install --no-audit --no-fund ${servers.join(' ')}`)
    if (installed.code !== 0) return installed.output
    const starts = {
      script: (app: Project) => app.run('node main.ts README.md', version),
      web: (app: Project) => app.serve('node main.ts', '/', version),
      worker: (app: Project) => app.run("node add-job.ts 'to be'", version),
    }
    for (const [template, start] of Object.entries(starts)) {
      const app = project.sibling(`create-${template}-${version}`)
      app.remove('package.json')
      const made = await app.run(`node ${create} . --template ${template}`, version)
      if (made.code !== 0) return made.output
      await app.run(`ln -s ../servers-${version}/node_modules node_modules`)
      const checked = await app.run(`node ${app.tool(compiler)}`)
      if (checked.code !== 0) return `${template}:\n${checked.output}`
      const { code, output } = await start(app)
      if (code !== 0) return `${template}:\n${output}`
    }
    return undefined
  }
}
