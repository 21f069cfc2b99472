/**
 * For what runs before a memory is loaded: errors, checks of options, warnings, files. It loads nothing else.
 *
 * @module
 */

import './values/require-node.ts'

export { OptionError, PackageBundledError, SkeinError } from './values/errors.ts'
export { ownFile } from './values/own-file.ts'
export { requireDuration, requireInteger, requireStrings } from './values/require-option.ts'
export { requireOptions } from './values/require-options.ts'
export { warn } from './values/warn.ts'
export type { OptionKinds } from './values/require-options.ts'
