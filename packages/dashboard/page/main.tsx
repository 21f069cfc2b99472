import { render } from 'preact'

import { connect } from './server/connect.ts'
import { App } from './shell/app.tsx'
import { followAddress } from './state/route.ts'
import { followTheme } from './ui/theme.ts'

followTheme()
const connected = connect()
// After `connect` has removed the token from the address.
followAddress()
const root = document.querySelector('#page')
if (root) render(<App />, root)
await connected
