/** Has the browser keep the app, so that it opens without a connection. */
import { scriptUrl } from "../app/Scripts.ts"

export const keepShell = (): void => {
  // without it the app works as long as there is a connection
  if ("serviceWorker" in navigator) {
    navigator.serviceWorker.register(scriptUrl("shell"), { scope: "/play/" }).catch(() => {})
  }
}
