// Processes that tests start load what is published, as users' processes do. The sources under test are those of the
// test's own process, and of its threads.
process.env['NODE_OPTIONS'] = [process.env['NODE_OPTIONS'], '--conditions=built'].filter(Boolean).join(' ')
