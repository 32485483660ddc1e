/** The page that verifies a draw: from this server, or from a file. */
import { checkNames } from "@ddd/core/proof/Verdict"
import { proofPath } from "../api/Lottery.ts"
import { byId } from "../dom/Elements.ts"
import { longDay } from "../text/Times.ts"
import { setUpDrawChoice } from "./DrawChoice.ts"
import { makeFields } from "./Fields.ts"
import { setUpFileDrop } from "./FileDrop.ts"
import type { Report } from "./Messages.ts"
import { setUpOperatorKey } from "./OperatorKey.ts"
import { makeResult, type Subject } from "./Result.ts"
import { makeVerifier } from "./Verifier.ts"

const fields = makeFields()
const result = makeResult()
const day = byId("day", HTMLInputElement)
const ticketForm = byId("ticket-form", HTMLFormElement)
const ticketResult = byId("ticket-result", HTMLElement)
const verifier = makeVerifier(() => {
  const broken = byId("broken", HTMLElement)
  broken.textContent = "The verifier does not run in this browser. A newer one is needed, or `ddd verify`."
  broken.hidden = false
})

/** What was verified last, for looking up a ticket in it. */
let subject: Subject | undefined

const showTicket = (report: Extract<Report, { readonly _tag: "Done" }>): void => {
  const check = report.verdict.checks.find(({ id }) => id === 11)
  if (check === undefined) return
  ticketResult.hidden = false
  ticketResult.className = `notice ${check.ok === true ? "good" : check.ok === false ? "bad" : ""}`
  ticketResult.textContent = check.ok === true
    ? `Yes: ${checkNames[11]}. ${check.detail}`
    : check.ok === false
    ? `No. ${check.detail}`
    : `That cannot be told. ${check.detail}`
  ticketResult.scrollIntoView({ block: "nearest" })
}

const run = (what: Subject, isForTicket: boolean): void => {
  subject = what
  fields.clear()
  const input = isForTicket ? fields.read() : { ...fields.read(), ticketId: "", ownerSalt: "", userId: "" }
  result.busy(true)
  verifier.verify(what.source, input, (report) => {
    if (report._tag === "Refused" || report._tag === "Done" || report._tag === "Unavailable") result.busy(false)
    switch (report._tag) {
      case "Refused":
        return fields.refuse(report.field, report.message)
      case "Begun":
        ticketResult.hidden = true
        ticketForm.hidden = !isForTicket
        return result.begin(what, isForTicket)
      case "Done":
        result.hear(report)
        ticketForm.hidden = report.verdict.exit === 2
        return isForTicket ? showTicket(report) : undefined
      default:
        return result.hear(report)
    }
  })
}

byId("choose", HTMLFormElement).addEventListener("submit", (event) => {
  event.preventDefault()
  const asked = day.value
  run({
    source: { _tag: "Server", path: proofPath(asked) },
    name: `The draw of ${longDay(asked)}`,
    day: asked,
    size: null
  }, false)
})

ticketForm.addEventListener("submit", (event) => {
  event.preventDefault()
  if (subject !== undefined) run(subject, true)
})

byId("stop", HTMLButtonElement).addEventListener("click", () => {
  verifier.stop()
  result.busy(false)
  result.stopped()
})

setUpFileDrop((file) => run({ source: { _tag: "File", file }, name: file.name, day: null, size: file.size }, false))
void setUpDrawChoice(location.search)
void setUpOperatorKey()
