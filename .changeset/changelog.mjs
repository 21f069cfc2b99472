// Writes the changelogs: one item for each change. All packages have one version, so none lists those it depends on.

/** @param {{ summary: string, commit?: string }} changeset */
async function getReleaseLine({ summary, commit }) {
  const [first = '', ...rest] = summary.split('\n').map((line) => line.trimEnd())
  const head = commit === undefined ? '' : `${commit.slice(0, 7)}: `
  return [`- ${head}${first}`, ...rest.map((line) => (line === '' ? '' : `  ${line}`))].join('\n')
}

async function getDependencyReleaseLine() {
  return ''
}

export default { getReleaseLine, getDependencyReleaseLine }
