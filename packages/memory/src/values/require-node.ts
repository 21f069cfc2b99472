/** The oldest Node.js that the packages run on, as their manifests say. */
const oldest = [22, 18] as const

// Each package loads this before anything else: what follows may not even load in an older Node.js, or end the process
// there without a word.
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
  const message =
    `Skein needs Node.js ${oldest.join('.')} or newer, and this is ${process.versions.node}. ` +
    'Install a newer Node.js, for example from https://nodejs.org.'
  throw Object.assign(new Error(message), { code: 'SKEIN_NODE' })
}
