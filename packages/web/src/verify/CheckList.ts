/** The twelve checks, a row each: waiting, then passed, failed or not judged, with what that rules out. */
import { type CheckId, checkNames, checkRulesOutPlainly, type Finding } from "@ddd/core/proof/Verdict"
import { byId, element } from "../dom/Elements.ts"

type State = "waiting" | "passed" | "failed" | "open"

const stateNames: { readonly [S in State]: string } = {
  waiting: "Waiting",
  passed: "Passed",
  failed: "Failed",
  open: "Not judged"
}

/** What a state says of what the check is there to rule out. */
const remarks: { readonly [S in State]: (danger: string) => string } = {
  waiting: (danger) => `Would rule out ${danger}.`,
  passed: (danger) => `Rules out ${danger}. `,
  failed: (danger) => `Not ruled out: ${danger}. `,
  open: () => ""
}

interface Row {
  readonly id: CheckId
  readonly item: HTMLLIElement
  readonly show: (state: State, remark: string) => void
}

/** These are not over before the last ticket is read: one finding that is good is not the whole check. */
const needTickets: ReadonlySet<CheckId> = new Set([1, 5, 6, 9, 11])

const allChecks = Object.keys(checkNames).map(Number) as ReadonlyArray<CheckId>

const makeRow = (id: CheckId): Row => {
  const mark = element("span", { class: "mark" })
  const remark = element("p", { class: "remark" })
  const name = checkNames[id]
  const item = element(
    "li",
    { class: "check", value: String(id) },
    element("p", { class: "check-name" }, `${name.charAt(0).toUpperCase()}${name.slice(1)}`),
    mark,
    remark
  )
  return {
    id,
    item,
    show: (state, text) => {
      item.dataset["state"] = state
      mark.textContent = stateNames[state]
      remark.textContent = text
    }
  }
}

export interface CheckList {
  /** All checks wait. */
  readonly reset: () => void
  /** Shows what is known, before the tickets are read or after. */
  readonly show: (findings: ReadonlyArray<Finding>, isOver: boolean) => void
}

/** The list of the page. `announce` is told each check as it is over. */
export const makeCheckList = (announce: (text: string) => void): CheckList => {
  const list = byId("checks", HTMLOListElement)
  const rows = allChecks.map(makeRow)
  const over = new Map<CheckId, State>()
  list.replaceChildren(...rows.map(({ item }) => item))

  const settle = ({ id, show }: Row, state: State, detail: string): void => {
    show(state, `${remarks[state](checkRulesOutPlainly[id])}${detail}`)
    if (over.get(id) === state) return
    over.set(id, state)
    if (state !== "open") announce(`Check ${id} ${stateNames[state].toLowerCase()}: ${checkNames[id]}.`)
  }

  const reset = (): void => {
    over.clear()
    for (const { id, show } of rows) show("waiting", remarks.waiting(checkRulesOutPlainly[id]))
  }
  reset()

  return {
    reset,
    show: (findings, isOver) => {
      for (const row of rows) {
        for (const { detail, id, ok } of findings) {
          if (id !== row.id) continue
          const waits = !isOver && needTickets.has(id) && ok !== false
          if (!waits) settle(row, ok === null ? "open" : ok ? "passed" : "failed", detail)
        }
      }
    }
  }
}
