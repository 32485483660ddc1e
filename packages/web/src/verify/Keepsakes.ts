/** What the reader may take along from a verification: the bundle, and the record that witnesses its lock. */
import { byId, element } from "../dom/Elements.ts"
import { beaconKindOf } from "../text/Beacons.ts"
import type { Claims, Source } from "./Messages.ts"

/** Hands the reader a file of text. */
const saveText = (name: string, text: string): void => {
  const url = URL.createObjectURL(new Blob([text], { type: "text/plain" }))
  element("a", { href: url, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}

export interface Keepsakes {
  /** Offers what there is of a bundle. */
  readonly offer: (source: Source, claims: Claims) => void
  readonly hide: () => void
}

export const makeKeepsakes = (): Keepsakes => {
  const place = byId("keep", HTMLElement)
  const bundle = byId("save-bundle", HTMLAnchorElement)
  const lock = byId("save-lock", HTMLButtonElement)
  const hint = byId("save-lock-hint", HTMLElement)
  let record: { readonly name: string; readonly note: string } | undefined

  lock.addEventListener("click", () => {
    if (record !== undefined) saveText(record.name, record.note)
  })
  return {
    offer: (source, claims) => {
      const name = claims.day ?? claims.drawId
      // where there is no beacon there is no time before which it was kept
      record = claims.chainHash !== null && claims.lock !== null
        ? { name: `lock-${name}.txt`, note: claims.lock.note }
        : undefined
      if (source._tag === "Server") {
        bundle.href = source.path
        bundle.download = `draw-${name}.ndjson`
      }
      bundle.hidden = source._tag !== "Server"
      lock.hidden = record === undefined
      // whoever runs a beacon of their own may know it early
      hint.hidden = record === undefined || beaconKindOf(claims.chainHash) !== "public"
      place.hidden = bundle.hidden && lock.hidden
    },
    hide: () => {
      place.hidden = true
    }
  }
}
