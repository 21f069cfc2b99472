const { activity } = require('@skein/core')

exports.count = activity((_, text) => text.split(/\s+/).length)
