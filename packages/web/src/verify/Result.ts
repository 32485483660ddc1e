/** What comes of verifying: how far it is, each check, and the verdict. */
import { cents } from "@ddd/core/money/Money"
import type { Verdict } from "@ddd/core/proof/Verdict"
import { byId, element } from "../dom/Elements.ts"
import { sealView } from "../seal/SealView.ts"
import { type BeaconKind, beaconKindOf } from "../text/Beacons.ts"
import { dollars, grouped, ticketCount } from "../text/Dollars.ts"
import { longDay } from "../text/Times.ts"
import { makeCheckList } from "./CheckList.ts"
import { levelsOf, verdictText } from "./CheckTexts.ts"
import { makeKeepsakes } from "./Keepsakes.ts"
import type { Claims, Report, Source } from "./Messages.ts"

/** A bundle, and what is known of it before it is read. */
export interface Subject {
  readonly source: Source
  readonly name: string
  /** The day that was asked for, if one was. */
  readonly day: string | null
  /** In bytes, where it is known. */
  readonly size: number | null
}

export interface Result {
  /** Whether something is asked for that is not over: what is shown is then of before. */
  readonly busy: (is: boolean) => void
  /** Begins anew; the reader is taken there unless `stays`. */
  readonly begin: (subject: Subject, stays: boolean) => void
  readonly hear: (report: Extract<Report, { readonly _tag: "Records" | "Progress" | "Done" | "Unavailable" }>) => void
  /** The reader has stopped it. */
  readonly stopped: () => void
}

const partsOf = ({ day, lock, winner }: Claims): ReadonlyArray<string> => [
  day === null ? "A private room’s draw" : `The draw of ${longDay(day)}`,
  ...lock === null ? [] : [ticketCount(lock.entries), dollars(cents(lock.pool))],
  ...winner === null ? [] : [`won by ${winner.ticketId}`]
]

export const makeResult = (): Result => {
  const section = byId("result", HTMLElement)
  const subject = byId("result-subject", HTMLElement)
  const title = byId("result-title", HTMLElement)
  const meaning = byId("result-meaning", HTMLElement)
  const mismatch = byId("result-mismatch", HTMLElement)
  const progress = byId("progress", HTMLElement)
  const bar = byId("progress-bar", HTMLProgressElement)
  const progressText = byId("progress-text", HTMLElement)
  const ladder = byId("levels", HTMLOListElement)
  const missing = byId("missing", HTMLUListElement)
  const verdictLine = byId("verdict-line", HTMLElement)
  const verdictCode = byId("verdict", HTMLElement)
  const seal = byId("result-seal", HTMLElement)
  const keepsakes = makeKeepsakes()
  const checkRows = byId("checks", HTMLOListElement)
  const announcer = byId("announcer", HTMLElement)

  const announce = (text: string): void => announcer.append(element("p", {}, text))
  const checks = makeCheckList(announce)

  let asked: Subject | undefined
  let claims: Claims | undefined

  const say = (tone: string, heading: string, text: string): void => {
    section.dataset["tone"] = tone
    title.textContent = heading
    meaning.textContent = text
  }

  const showClaims = (told: Claims): void => {
    claims = told
    subject.replaceChildren(...partsOf(told).map((part) => element("span", {}, part)))
    seal.replaceChildren(sealView(told.commitment, "small"))
    const day = asked?.day ?? null
    mismatch.hidden = day === null || told.day === day
    if (day !== null) {
      mismatch.textContent = `You asked for the draw of ${
        longDay(day)
      }. This bundle is of another draw: whatever holds here says nothing of yours.`
    }
  }

  const showProgress = (tickets: number, bytes: number): void => {
    const entries = claims?.lock?.entries ?? 0
    const size = asked?.size ?? 0
    const part = size > 0 ? bytes / size : entries > 0 ? tickets / entries : undefined
    if (part === undefined) bar.removeAttribute("value")
    else bar.value = Math.min(1, part)
    progressText.textContent = entries > 0
      ? `${grouped(tickets)} of ${ticketCount(entries)} read`
      : `${grouped(Math.round(bytes / 1000))} kB read`
  }

  const showLevels = ({ level }: Verdict, beacon: BeaconKind): void => {
    const levels = levelsOf(beacon)
    const reached = levels.findIndex((each) => each.level === level)
    ladder.hidden = reached < 0
    ladder.replaceChildren(...levels.map((each, index) =>
      element(
        "li",
        {
          class: "level",
          "data-reached": String(index <= reached),
          ...index === reached ? { "aria-current": "step" } : {}
        },
        element("strong", {}, `${each.level.charAt(0)}${each.level.slice(1).toLowerCase()}`),
        element("span", { class: "unseen" }, index <= reached ? " (shown): " : " (not shown): "),
        element("span", { class: "level-means" }, each.means)
      )
    ))
  }

  /** Whoever was at the button that goes with it is taken to the heading. */
  const hideProgress = (): void => {
    if (progress.contains(document.activeElement)) title.focus()
    progress.hidden = true
  }

  const showVerdict = (verdict: Verdict): void => {
    const beacon = beaconKindOf(claims?.chainHash ?? null)
    const { meaning, title, tone } = verdictText(verdict, beacon)
    hideProgress()
    checkRows.hidden = verdict.exit === 2
    if (verdict.exit !== 2) checks.show(verdict.checks, true)
    say(tone, title, meaning)
    showLevels(verdict, beacon)
    missing.replaceChildren(...verdict.missing.map((sentence) => element("li", {}, sentence)))
    missing.hidden = verdict.missing.length === 0
    verdictCode.textContent = verdict.verdict
    verdictLine.hidden = false
    if (asked !== undefined && claims !== undefined) keepsakes.offer(asked.source, claims)
    announce(`${title} ${meaning} Verdict: ${verdict.verdict}.`)
  }

  const isOver = (heading: string, text: string): void => {
    hideProgress()
    checkRows.hidden = true
    say("plain", heading, text)
    announce(`${heading} ${text}`)
  }

  return {
    busy: (is) => section.setAttribute("aria-busy", String(is)),
    begin: (what, stays) => {
      asked = what
      claims = undefined
      announcer.replaceChildren()
      seal.replaceChildren()
      keepsakes.hide()
      subject.textContent = what.name
      say("plain", "Verifying…", "")
      for (const part of [mismatch, ladder, missing, verdictLine]) part.hidden = true
      checkRows.hidden = false
      checks.reset()
      progress.hidden = false
      bar.removeAttribute("value")
      progressText.textContent = "Asking for the bundle…"
      section.hidden = false
      if (stays) return
      title.focus({ preventScroll: true })
      section.scrollIntoView({ block: "start" })
    },
    hear: (report) => {
      switch (report._tag) {
        case "Records":
          showClaims(report.claims)
          return checks.show(report.findings, false)
        case "Progress":
          return showProgress(report.tickets, report.bytes)
        case "Done":
          return showVerdict(report.verdict)
        case "Unavailable":
          return isOver("There is nothing to verify.", report.detail)
      }
    },
    stopped: () => isOver("Stopped.", "Nothing is shown either way.")
  }
}
