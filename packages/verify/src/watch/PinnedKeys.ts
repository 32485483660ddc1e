/** The keys that the records of a watched server must be signed by. */
import { fastSha256 } from "@ddd/core/hash/Sha256Batch"
import type { VerifierKey } from "@ddd/core/proof/Note"
import { readKeys, wordsOf } from "@ddd/core/proof/ReaderInput"
import { type PublicSite, Unanswered } from "../PublicSite.ts"
import { pinnedKeys } from "../VerifyOptions.ts"
import { WrongUsage } from "../WrongUsage.ts"
import type { WatchFolder } from "./WatchFolder.ts"

export interface Pinned {
  readonly keys: ReadonlyArray<VerifierKey>
  /** As they are written, for the commands that are shown. */
  readonly texts: ReadonlyArray<string>
  /** How they came to be pinned, to stand behind "the key". */
  readonly how: string
}

/** Those that were named; else those that the server told at the first use of the folder. Rejects with `Unanswered`, `WrongUsage`. */
export const pinKeys = async (
  site: PublicSite,
  folder: WatchFolder,
  vkey: ReadonlyArray<string> | undefined
): Promise<Pinned> => {
  if (vkey !== undefined) return { keys: pinnedKeys(vkey), texts: vkey.flatMap(wordsOf), how: "that you named" }
  const kept = folder.keys()
  const text = kept ?? await site.vkeys()
  const keys = readKeys(fastSha256, text)
  if (keys === undefined || keys.length === 0) {
    if (kept !== undefined) {
      throw new WrongUsage(`${folder.path}/keys.txt does not hold verifier keys; name them by --vkey.`)
    }
    throw new Unanswered("The server tells no verifier key at /log/vkey; name one by --vkey.")
  }
  if (kept === undefined) folder.keepKeys(text)
  const how = kept === undefined
    ? "that the server tells, trusted on first use: compare it with one from elsewhere, or name it by --vkey"
    : "that the server told at the first use of this folder"
  return { keys, texts: wordsOf(text), how }
}
