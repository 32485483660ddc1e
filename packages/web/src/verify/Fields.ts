/** What the reader gives beside the bundle: the fields of the page. */
import { byId } from "../dom/Elements.ts"
import type { VerifyInput } from "./Messages.ts"

type Field = HTMLInputElement | HTMLTextAreaElement

const ids: { readonly [F in keyof VerifyInput]: string } = {
  keys: "keys",
  chainHash: "chain-hash",
  seenLock: "seen-lock",
  seenAt: "seen-at",
  ticketId: "ticket-id",
  ownerSalt: "owner-salt",
  userId: "user-id"
}

const names = Object.keys(ids) as ReadonlyArray<keyof VerifyInput>

/** A time as the field has it, in the reader's own zone, as RFC 3339 in UTC; empty where there is none. */
const utc = (local: string): string => {
  const millis = local === "" ? Number.NaN : new Date(local).getTime()
  return Number.isNaN(millis) ? "" : new Date(millis).toISOString()
}

export interface Fields {
  readonly read: () => VerifyInput
  /** Marks a field that cannot be read, says why, and goes there. */
  readonly refuse: (field: keyof VerifyInput, message: string) => void
  /** No field is marked. */
  readonly clear: () => void
}

/** An input or a text area, by id. */
const fieldOf = (id: string): Field => {
  const element = byId(id, HTMLElement)
  if (!(element instanceof HTMLInputElement) && !(element instanceof HTMLTextAreaElement)) {
    throw new Error(`#${id} is no field`)
  }
  return element
}

/** Marks a field as wrong, with the reason beside it; an empty one takes the mark away. */
export const mark = (field: Field, message: string): void => {
  byId(`${field.id}-error`, HTMLElement).textContent = message
  if (message === "") field.removeAttribute("aria-invalid")
  else field.setAttribute("aria-invalid", "true")
}

export const makeFields = (): Fields => {
  const valueOf = (name: keyof VerifyInput): string => fieldOf(ids[name]).value
  return {
    read: () => ({
      keys: valueOf("keys"),
      chainHash: valueOf("chainHash"),
      seenLock: valueOf("seenLock"),
      seenAt: utc(valueOf("seenAt")),
      ticketId: valueOf("ticketId"),
      ownerSalt: valueOf("ownerSalt"),
      userId: valueOf("userId")
    }),
    refuse: (name, message) => {
      const field = fieldOf(ids[name])
      mark(field, message)
      const around = field.closest("details")
      if (around !== null) around.open = true
      field.focus()
    },
    clear: () => {
      for (const name of names) mark(fieldOf(ids[name]), "")
    }
  }
}
