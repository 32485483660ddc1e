/** How many connections a process can have, beside the files and connections of its own. */
import { readFileSync } from "node:fs"

/** More than the connections to databases and the files that a server has open itself. */
const ownFiles = 256
/** However many files there may be: each connection takes memory. */
const connectionsMost = 65_536

/** By `limits`, the text of `/proc/self/limits`; without it, as many as there may ever be. */
export const connectionsWithin = (limits: string): number => {
  const files = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1] ?? Infinity)
  return Math.min(connectionsMost, Math.max(files - ownFiles, Math.floor(files / 2)))
}

/** Of this process. */
export const connectionsMax = (): number => {
  try {
    return connectionsWithin(readFileSync("/proc/self/limits", "utf8"))
  } catch {
    return connectionsMost // no such file: another system than Linux
  }
}
