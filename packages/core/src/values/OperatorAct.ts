/** What an operator does by hand: who, by which command, and why. It is written down with its effect, or neither is (docs/decisions/0066). */
import { visible } from "./Visible.ts"

export interface OperatorAct {
  /** Who says that they do it (`operatorFault`). */
  readonly operator: string
  /** The command without its arguments: `user freeze`. */
  readonly command: string
  /** Null where none is asked for (`reasonFault`). */
  readonly reason: string | null
}

/** What something was done to. */
export type SubjectKind =
  | "user"
  | "purchase"
  | "event"
  | "withdrawal"
  | "job"
  | "draw"
  | "epoch"
  | "transaction"
  | "approval"

/** What is written of an act. */
export interface NewOperatorEntry extends OperatorAct {
  readonly subject: { readonly kind: SubjectKind; readonly id: string }
  /** What was decided, in words and numbers; it names no person. `user`: the id of the player whom it is about, where the subject is not. */
  readonly details: Readonly<Record<string, string | number | boolean | null>>
}

/** An act on a subject as it is written down. */
export const logged = (
  { command, operator, reason }: OperatorAct,
  kind: SubjectKind,
  id: string,
  details: NewOperatorEntry["details"] = {}
): NewOperatorEntry => ({ operator, command, reason, subject: { kind, id }, details })

export const operatorCharactersMax = 64
const reasonCharactersMax = 500

/** Characters as people count them, as far as a database does: code points. */
const charactersIn = (text: string): number => Array.from(text).length

const textFault = (text: string, charactersMax: number): string | null =>
  text !== text.trim() || text === "" || charactersIn(text) > charactersMax || visible(text) !== text
    ? `must be 1 to ${charactersMax} visible characters, without blanks around them`
    : null

/** A blank that counts as a symbol: two names that differ by it look alike. */
const blankSymbol = "\u2800"

/** Why an operator cannot be called that, as the end of a sentence; null where they can. Of letters that look alike the plain ones alone. */
export const operatorFault = (name: string): string | null =>
  textFault(name, operatorCharactersMax) ??
    (name !== name.normalize("NFKC") || name.includes(blankSymbol)
      ? "must be written with plain letters: another spelling of a name is no other person"
      : null)

/** Why a reason is none, as the end of a sentence; null where it is one. */
export const reasonFault = (reason: string): string | null => textFault(reason, reasonCharactersMax)

/** Whether two names are one operator's: case makes no other person. */
export const isSameOperator = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase()
