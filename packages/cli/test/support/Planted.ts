/** Secrets and personal data, each of which shows wherever it turns up. */
import { randomBytes } from "node:crypto"

const planted = new Map<string, string>()

/** A text that stands for something nobody may read, and that occurs nowhere else. `what` says what it stands for. */
export const plant = (what: string, form: (random: string) => string = (random) => random): string => {
  const text = form(randomBytes(24).toString("base64url"))
  planted.set(text, what)
  return text
}

/** Counts what the program made itself among what nobody may read. */
export const alsoPlanted = (what: string, text: string): void => {
  planted.set(text, what)
}

/** What of it a text holds, as it is or in a form in which it is sent: completes "it holds …". */
export const plantedIn = (text: string): ReadonlyArray<string> =>
  Array.from(planted).flatMap(([secret, what]) => {
    const forms = [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), secret.toLowerCase()]
    const at = forms.map((form) => text.indexOf(form)).find((found) => found >= 0)
    return at === undefined ? [] : [`${what}: …${text.slice(Math.max(0, at - 120), at + 120)}…`]
  })
