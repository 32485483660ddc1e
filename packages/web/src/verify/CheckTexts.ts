/** What the page says of each check, and of each verdict, to readers who have not read the protocol (docs/fairness.md). */
import type { Level, Verdict } from "@ddd/core/proof/Verdict"
import type { BeaconKind } from "../text/Beacons.ts"

/** What each level shows, where the records name a beacon of this kind. */
export const levelsOf = (beacon: BeaconKind): ReadonlyArray<{ readonly level: Level; readonly means: string }> => [
  { level: "ARITHMETIC", means: "Winner, tickets and money follow from the records." },
  { level: "SIGNED", means: "And the records are signed by a key that you know." },
  {
    level: "BEACON",
    means: beacon === "own"
      ? "And the winner took the beacon that you named."
      : "And the winner took a public beacon that nobody chose."
  },
  { level: "WITNESSED", means: "And you held the locked list before the beacon was known." }
]

/** A verdict in words: what it is called, and what it means. */
export interface VerdictText {
  readonly title: string
  readonly meaning: string
  readonly tone: "good" | "bad" | "plain"
}

const valid: { readonly [L in Level]: string } = {
  ARITHMETIC:
    "The winner follows from the seed and the tickets, and no ticket came or went after the lock. Whose records these are is not shown yet: give the operator’s key below.",
  SIGNED:
    "The winner follows from the seed and the tickets, no ticket came or went after the lock, and the operator signed all of it.",
  BEACON:
    "The winner follows from the seed, the tickets and a public beacon that nobody can choose. No ticket came or went after the lock, and the operator signed all of it.",
  WITNESSED:
    "The winner follows from the seed, the tickets and a public beacon that nobody can choose, and the list of tickets is the one that you held before that beacon was known. Nobody chose this winner."
}

/** The same where the beacon is not one of drand's, and the reader named its chain. */
const validOfOwnBeacon: Partial<typeof valid> = {
  BEACON:
    "The winner follows from the seed, the tickets and the beacon that you named. No ticket came or went after the lock, and the operator signed all of it.",
  WITNESSED:
    "The winner follows from the seed, the tickets and the beacon that you named, and the list of tickets is the one that you held before that beacon was known."
}

/** What a verdict means; `beacon` is the kind that the records name. */
export const verdictText = ({ checks, level, verdict }: Verdict, beacon: BeaconKind): VerdictText => {
  if (level !== null) {
    const meaning = (beacon === "own" ? validOfOwnBeacon[level] : undefined) ?? valid[level]
    return { title: "This draw holds.", meaning, tone: "good" }
  }
  switch (verdict) {
    case "PENDING OPEN":
      return {
        title: "Not drawn yet: tickets are on sale.",
        meaning: "What is published so far holds. Come back after midnight UTC.",
        tone: "plain"
      }
    case "PENDING LOCKED":
      return {
        title: "Locked, and not drawn yet.",
        meaning:
          "The list of tickets is fixed, and holds. Keep its lock record: with it you can show later that it was fixed in time.",
        tone: "plain"
      }
    case "VOID":
      return {
        title: "This draw is void.",
        meaning: "It could not be decided. Every ticket is refunded, and the records say so.",
        tone: "plain"
      }
    case "UNREADABLE":
      return { title: "There was nothing to read.", meaning: "", tone: "bad" }
    default: {
      const ids = checks.flatMap(({ id, ok }) => ok === false ? [id] : [])
      const failed = ids.length
      if (failed === 1 && ids[0] === 11) {
        return {
          title: "Your ticket is not shown.",
          meaning: "The draw itself holds. The ticket that you named is not in it, or not as you say: see check 11.",
          tone: "bad"
        }
      }
      if (failed === 1 && ids[0] === 7) {
        return {
          title: "This is not the beacon that is accepted.",
          meaning:
            "The rest holds as far as it goes. The beacon is of another chain, or its round is not the right one: see check 7. A chain whose hash you know from elsewhere can be named above.",
          tone: "bad"
        }
      }
      return {
        title: "This does not hold.",
        meaning: failed === 0
          ? "Something that must be shown is not."
          : failed === 1
          ? "One check fails. Either the bundle was damaged on its way, or somebody lies."
          : `${failed} checks fail. Either the bundle was damaged on its way, or somebody lies.`,
        tone: "bad"
      }
    }
  }
}
