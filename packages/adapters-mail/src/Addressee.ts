/** Whom a letter is to, and what every letter begins and ends with. */
import { type Block, paragraph } from "./Letter.ts"
import type { Links } from "./Links.ts"
import { asTyped } from "./Wording.ts"

/** Whom a letter greets, and where its links lead. */
export interface Addressee {
  readonly username: string
  readonly links: Links
}

export const greeting = ({ username }: Addressee): Block => paragraph(`Hello ${asTyped(username)},`)

/** `why` they get it: a sentence. */
export const footer = ({ links }: Addressee, why: string): string => `Daily Dollar Draw, ${links.home}. ${why}`
