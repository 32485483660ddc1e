/**
 * The account of the operating system that the embedded PostgreSQL runs under.
 *
 * PostgreSQL refuses to run as root, so root runs it as `nobody`. What that account must enter or read may lie below a folder
 * that is closed to it (a checkout in /root), or be closed by the umask; whoever makes folders for it asks here.
 */
import * as fs from "node:fs"
import { dirname } from "node:path"

const nobody = process.platform === "darwin" ? 4_294_967_294 : 65_534

/** The user and group id that the server runs under when that is not our own: `nobody` for root, else `undefined`. */
export const serverAccount: number | undefined = process.getuid?.() === 0 ? nobody : undefined

/** The user id that a cluster of ours belongs to. */
export const clusterOwner = (): number | undefined => serverAccount ?? process.getuid?.()

/** Root's place for what the server's account must enter where the usual place is closed to it. */
export const openFolder = "/var/lib/ddd"

/** Whether every account may walk down to `path`; what does not exist is not in the way. */
export const enterable = (path: string): boolean => {
  const mode = fs.statSync(path, { throwIfNoEntry: false })?.mode
  return (mode === undefined || (mode & 0o001) !== 0) && (path === "/" || enterable(dirname(path)))
}

/** Makes a folder of exactly this mode, whatever the umask, or gives an existing one that mode. */
export const makeFolder = (path: string, mode: number): void => {
  fs.mkdirSync(path, { recursive: true })
  fs.chmodSync(path, mode)
}

/** Hands a file or folder to the account that the server runs under. */
export const giveToServer = (path: string): void => {
  if (serverAccount !== undefined) fs.chownSync(path, serverAccount, serverAccount)
}
