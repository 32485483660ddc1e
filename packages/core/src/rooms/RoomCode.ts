/** The code of a room, the one way in, and what else a room is called by (docs/api.md, "Rooms"). */
import { type DrawId, drawId, isUuid } from "../values/Ids.ts"

/** What codes are made of: no symbol that is taken for another. */
export const codeSymbols = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
export const codeLength = 6

const codeForm = new RegExp(`^[${codeSymbols}]{${codeLength}}$`, "i")

/** A code in its one spelling; `undefined` for what is none. Any case is taken. */
export const parseCode = (text: string): string | undefined => codeForm.test(text) ? text.toUpperCase() : undefined

/** The code that random bytes make; `undefined` where too many of them are of no use: take others. About 1.1 are used a symbol. */
export const codeOf = (bytes: Uint8Array): string | undefined => {
  // a multiple of the symbols' number: each is as likely as another
  const usable = 256 - 256 % codeSymbols.length
  const symbols = [...bytes].filter((byte) => byte < usable).slice(0, codeLength)
    .map((byte) => codeSymbols.charAt(byte % codeSymbols.length))
  return symbols.length === codeLength ? symbols.join("") : undefined
}

/** What a room was called by; both null where no room is called so. */
export interface RoomName {
  readonly id: DrawId | null
  readonly code: string | null
}

/** Reads what a room is called by: its id or its code, each in any case. */
export const parseRoomName = (text: string): RoomName => {
  const id = text.toLowerCase()
  return { id: isUuid(id) ? drawId(id) : null, code: parseCode(text) ?? null }
}
