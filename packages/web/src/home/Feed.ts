/** Says how fresh the page is, honestly. */
import { byId } from "../dom/Elements.ts"
import { secondHere } from "../text/Times.ts"

/** `asking`: nothing has come yet. `polled`: not live, but asked for now and then. `stale`: what is shown is old. */
export type Freshness = "asking" | "live" | "polled" | "stale"

export interface Feed {
  readonly is: (freshness: Freshness) => void
  /** Something came from the server. */
  readonly heard: () => void
}

export const makeFeed = (): Feed => {
  const line = byId("feed", HTMLElement)
  const text = byId("feed-text", HTMLElement)
  let heardAt: number | undefined
  let shown: Freshness | undefined

  const sentence = (freshness: Freshness): string => {
    switch (freshness) {
      case "asking":
        return "Asking the server…"
      case "live":
        return "Live"
      case "polled":
        return "Not live, asked for every few seconds"
      case "stale":
        return heardAt === undefined
          ? "The server cannot be reached. Trying again."
          : `The server cannot be reached. This is how it stood at ${secondHere(heardAt, Date.now())}. Trying again.`
    }
  }

  return {
    is: (freshness) => {
      if (freshness === shown) return
      shown = freshness
      line.dataset["freshness"] = freshness
      text.textContent = sentence(freshness)
    },
    heard: () => {
      heardAt = Date.now()
    }
  }
}
