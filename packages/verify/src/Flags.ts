/** The options of the command line, declared once for every program that has them. */

export interface Flag {
  /** As it is written, without the two hyphens. */
  readonly name: string
  /** What its value is called; null: it takes none. */
  readonly value: string | null
  readonly help: string
  /** It may be given several times. */
  readonly repeated?: true
}

const vkey: Flag = {
  name: "vkey",
  value: "key",
  help: "the operator's verifier key, known to you from elsewhere; again for each further one",
  repeated: true
}
const chain: Flag = {
  name: "chain",
  value: "hash",
  help: "the hash of the beacon's chain (drand's quicknet unless given)"
}
const json: Flag = { name: "json", value: null, help: "for machines" }

/** Of what verifies draws. */
export const verifyFlags: ReadonlyArray<Flag> = [
  vkey,
  chain,
  {
    name: "terms",
    value: "price/pot",
    help: "what a ticket costs and what of it goes to the pot, in cents (100/95 unless given)"
  },
  { name: "ticket", value: "id", help: "a ticket that must have taken part" },
  { name: "salt", value: "hex", help: "with --ticket and --user: the ticket's ownerSalt" },
  { name: "user", value: "id", help: "with --ticket and --salt: whose the ticket is" },
  { name: "seen", value: "file", help: "the lock record that you kept; with --seen-at" },
  { name: "seen-at", value: "time", help: "when you fetched it, in UTC" },
  {
    name: "all",
    value: "url",
    help: "every draw that the server there shows, from the first on, and that none is missing; in place of a bundle"
  },
  json
]

/** Of what keeps a server's records. */
export const watchFlags: ReadonlyArray<Flag> = [
  { name: "dir", value: "folder", help: "where they are kept (./ddd-watch unless given)" },
  {
    name: "every",
    value: "seconds",
    help: "how often the server is asked (5 unless given); each second around a lock"
  },
  {
    name: "once",
    value: null,
    help: "look once and end; exit code 1 where something is wrong, 2 where nobody answers"
  },
  vkey,
  chain
]
