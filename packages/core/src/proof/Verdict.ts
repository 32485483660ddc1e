/**
 * What a verifier says of a proof bundle: twelve checks, a level, and one last line (docs/fairness.md, "What a verifier checks").
 */

export const checkNames = {
  1: "the bundle is well-formed",
  2: "the records are signed",
  3: "the records belong together",
  4: "the commitment opens to the seed",
  5: "the tickets are those that were locked",
  6: "every ticket was sold in time",
  7: "the beacon round is the right one",
  8: "the beacon's signature is genuine",
  9: "the winner follows from seed, beacon and entries",
  10: "the money adds up",
  11: "your ticket took part",
  12: "the lock record is the one that you kept"
} as const

export type CheckId = keyof typeof checkNames

/** What each check rules out where it holds (docs/fairness.md, "What a verifier checks"): completes "rules out …". */
export const checkRulesOut: { readonly [I in CheckId]: string } = {
  1: "two readings of one bundle",
  2: "forgery, where the key is pinned",
  3: "mixing draws",
  4: "a swapped seed",
  5: "tickets put in, taken out or moved after the lock",
  6: "late tickets, as far as the operator's clock is honest",
  7: "another chain or round",
  8: "a forged beacon",
  9: "a wrong winner",
  10: "skimming",
  11: "leaving you out, or giving your ticket away",
  12: "a lock made, back-dated or chosen once the beacon was known"
}

/** The same to readers who have not read the protocol. */
export const checkRulesOutPlainly: { readonly [I in CheckId]: string } = {
  1: "a file that can be read in two ways",
  2: "records that somebody else wrote, where you gave the key",
  3: "parts of several draws put together",
  4: "a seed that was chosen once the tickets were known",
  5: checkRulesOut[5],
  6: "tickets sold after the close",
  7: "a beacon round that was picked because it suited",
  8: "a beacon that was made up",
  9: "a winner who did not win",
  10: "money that went missing",
  11: "your ticket left out, or given to somebody else",
  12: "a list made, or picked among several, once the beacon was known"
}

const checkIds: ReadonlyArray<CheckId> = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]

/** What one look at the bundle found. `ok` is null where there was nothing to judge, or it counts neither for nor against. */
export interface Finding {
  readonly id: CheckId
  readonly ok: boolean | null
  readonly detail: string
}

/** All findings on one check together: false where any is, else null where any is. */
export interface Check extends Finding {
  readonly name: string
  /** What it rules out where it holds. */
  readonly rulesOut: string
}

/** How much is shown, each including the one before. */
export type Level = "ARITHMETIC" | "SIGNED" | "BEACON" | "WITNESSED"

export interface Verdict {
  /** Whether the draw is decided and every check that it needs holds. */
  readonly valid: boolean
  /** Null unless `valid`. */
  readonly level: Level | null
  readonly checks: ReadonlyArray<Check>
  /** The last line: `VALID <LEVEL>`, `PENDING OPEN`, `PENDING LOCKED`, `VOID`, `INVALID <check numbers>` or `UNREADABLE`. */
  readonly verdict: string
  /** The exit code: 0; 1 where a check failed; 2 where there was nothing that could be read. */
  readonly exit: 0 | 1 | 2
  /** What keeps a valid draw from a higher level, what bounds the one it has, or what could not be read: whole sentences. */
  readonly missing: ReadonlyArray<string>
}

/** How far the draw of a bundle has come. */
export type Stage = "open" | "locked" | "drawn" | "void"

/** What bears on the level besides the checks. */
export interface Standing {
  readonly stage: Stage
  /** Whether the verifier knows a key of the operator's from elsewhere. */
  readonly pinned: boolean
  /** Whether the records name a beacon. */
  readonly beacon: boolean
  /** Whether that is one of drand's chains. */
  readonly drand: boolean
}

const gather = (findings: ReadonlyArray<Finding>): ReadonlyArray<Check> =>
  checkIds.map((id) => {
    const found = findings.filter((finding) => finding.id === id)
    const failed = found.filter(({ ok }) => ok === false)
    const open = found.filter(({ ok }) => ok === null)
    const telling = failed.length > 0 ? failed : open.length > 0 ? open : found
    return {
      id,
      name: checkNames[id],
      rulesOut: checkRulesOut[id],
      ok: failed.length > 0 ? false : open.length > 0 || found.length === 0 ? null : true,
      detail: telling.length > 0 ? telling.map(({ detail }) => detail).join(" ") : "Not reached."
    }
  })

/** Checks without which nothing of a decided draw is shown. Those of the beacon are needed where it has one. */
const neededAlways: ReadonlyArray<CheckId> = [1, 3, 4, 5, 6, 9, 10]

const notDrand =
  "The beacon's chain is not one of drand's: BEACON means as much here as whoever runs it can be trusted."

const levelOf = (
  checks: ReadonlyArray<Check>,
  { beacon, drand, pinned }: Standing
): Pick<Verdict, "level" | "missing"> => {
  const holds = (id: CheckId): boolean => checks.some((check) => check.id === id && check.ok === true)
  if (!pinned || !holds(2)) {
    return {
      level: "ARITHMETIC",
      missing: [
        "SIGNED needs the operator's key, known to you from elsewhere: a key that stands only in the bundle counts for nothing."
      ]
    }
  }
  if (!beacon) {
    return {
      level: "SIGNED",
      missing: [
        "BEACON cannot be reached: the operator draws without a beacon and alone knew the seed before the lock."
      ]
    }
  }
  if (!holds(7) || !holds(8)) {
    return {
      level: "SIGNED",
      missing: ["BEACON cannot be reached: locked late, when the beacon's round may already have been known."]
    }
  }
  const bounds = drand ? [] : [notDrand]
  if (!holds(12)) {
    return {
      level: "BEACON",
      missing: [...bounds, "WITNESSED needs the lock record as you fetched it before the beacon's round."]
    }
  }
  return { level: "WITNESSED", missing: bounds }
}

/** The verdict on a bundle that could be read. */
export const judge = (findings: ReadonlyArray<Finding>, standing: Standing | undefined): Verdict => {
  const checks = gather(findings)
  const failed = checks.filter(({ ok }) => ok === false).map(({ id }) => id)
  const lacking = standing?.stage === "drawn"
    ? checks.filter(({ id, ok }) => ok === null && neededAlways.includes(id)).map(({ id }) => id)
    : []
  const against = failed.length > 0 ? failed : lacking
  if (standing === undefined || against.length > 0) {
    return {
      valid: false,
      level: null,
      checks,
      verdict: `INVALID ${against.join(" ")}`,
      exit: 1,
      missing: []
    }
  }
  if (standing.stage !== "drawn") {
    const verdict = { open: "PENDING OPEN", locked: "PENDING LOCKED", void: "VOID" }[standing.stage]
    return { valid: false, level: null, checks, verdict, exit: 0, missing: [] }
  }
  const { level, missing } = levelOf(checks, standing)
  return { valid: true, level, checks, verdict: `VALID ${level}`, exit: 0, missing }
}

/** The verdict on what is no bundle, or could not be read to its end. */
export const unreadable = (why: string): Verdict => ({
  valid: false,
  level: null,
  checks: gather([]),
  verdict: "UNREADABLE",
  exit: 2,
  missing: [why]
})
