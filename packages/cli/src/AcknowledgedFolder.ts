/** The folder of PROOF_DIR: whose it is, and how what is made in it stays theirs. */
import * as fs from "node:fs"
import { dirname, resolve } from "node:path"

/** An account of this machine. */
export interface Owner {
  readonly uid: number
  readonly gid: number
}

/** Whoever runs this is neither the owner of the folder nor root: the server could not read what they write. */
export class OtherAccount extends Error {
  constructor(folder: string, uid: number) {
    super(
      `the folder ${folder} belongs to another account, whose server could not read what this one writes. ` +
        `Run this as that account (such as by \`sudo --user='#${uid}'\`), or as root. Nothing was changed`
    )
  }
}

const root = 0

/**
 * Makes the folder where it is not there, and gives whom what is made in it is to be given to; null where it is theirs already. What root
 * makes belongs to whoever has the folder around it.
 */
export const openFolder = (named: string): Owner | null => {
  const folder = resolve(named)
  const account = process.geteuid?.()
  const made = fs.mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (made !== undefined && account === root) {
    const { gid, uid } = fs.statSync(dirname(made))
    for (let path = folder; path.length >= made.length; path = dirname(path)) fs.chownSync(path, uid, gid)
  }
  const { gid, uid } = fs.statSync(folder)
  if (account === undefined || account === uid) return null
  if (account !== root) throw new OtherAccount(folder, uid)
  return { gid, uid }
}

/** Opens a file that is not there yet, for this account and `owner` alone. */
export const makeFile = (path: string, owner: Owner | null): number => {
  // nothing that stands there is followed, as a link would be
  fs.rmSync(path, { force: true })
  const descriptor = fs.openSync(path, "ax", 0o600)
  if (owner === null) return descriptor
  try {
    fs.fchownSync(descriptor, owner.uid, owner.gid)
    return descriptor
  } catch (error) {
    fs.closeSync(descriptor)
    throw error
  }
}
