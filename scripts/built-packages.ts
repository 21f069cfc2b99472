import { buildAll } from './bundle.ts'

/** Builds the packages before the tests: those of the command line run what is published. */
export default buildAll
