const { activity } = require('@skein/core')

function declare() {
  return { count: activity((_, text) => text.split(/\s+/).length) }
}

// Node can't tell the names before it runs this.
module.exports = declare()
