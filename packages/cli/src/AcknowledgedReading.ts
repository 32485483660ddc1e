/** Reads the files of PROOF_DIR that other processes write, as far as they have grown. */
import * as fs from "node:fs"

/** What was read of a file of another process. */
export interface Seen {
  readonly ino: number
  readonly offset: number
}

export const codeOf = (error: unknown): string =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "unknown"

/** Whether the account may not. */
export const isForbidden = (error: unknown): boolean => ["EACCES", "EPERM"].includes(codeOf(error))

/** What is read of a file of another process from an offset on, and which file that was; null where it is gone. */
export const readFrom = (path: string, seen: Seen | undefined): (Seen & { readonly text: Buffer }) | null => {
  let descriptor: number
  try {
    descriptor = fs.openSync(path, "r")
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null
    throw error
  }
  try {
    const { ino, size } = fs.fstatSync(descriptor)
    // a smaller file is another one, whatever its number
    const offset = seen?.ino === ino && seen.offset <= size ? seen.offset : 0
    const text = Buffer.alloc(size - offset)
    const length = text.length === 0 ? 0 : fs.readSync(descriptor, text, 0, text.length, offset)
    return { ino, offset, text: text.subarray(0, length) }
  } finally {
    fs.closeSync(descriptor)
  }
}
