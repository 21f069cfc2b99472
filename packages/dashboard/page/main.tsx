import { render } from 'preact'

import { connect } from './server/connect.ts'
import { App } from './shell/app.tsx'
import { followAddress } from './shell/route.ts'
import { followTheme } from './shell/theme.ts'

followTheme()
const connected = connect()
// After the token was taken out of the address.
followAddress()
const root = document.querySelector('#page')
if (root) render(<App />, root)
await connected
