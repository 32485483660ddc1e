/** The app's client, of the server that the app came from. */
import { type Client, makeClient } from "@ddd/client"
import { browserPorts } from "@ddd/client/browser"

export const ports = browserPorts()

export const client: Client = makeClient({ ...ports, baseUrl: location.origin })
