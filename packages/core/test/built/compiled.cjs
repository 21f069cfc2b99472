'use strict'
// What compilers make of an ES module with a default export.
Object.defineProperty(exports, '__esModule', { value: true })
const core = require('@skein/core')

exports.default = { count: core.activity((_, text) => text.split(/\s+/).length) }
