/** The page of the draw on sale: its pot as it grows, when it closes, who won last, and every draw that is over. */
import { currentDraw, type Draw } from "../api/Lottery.ts"
import { byId } from "../dom/Elements.ts"
import { listen } from "../live/LiveDraw.ts"
import { ServerClock } from "../live/ServerClock.ts"
import { sealView } from "../seal/SealView.ts"
import { beaconNotes, verifyNotes } from "../text/Beacons.ts"
import { ticketCount } from "../text/Dollars.ts"
import { longDay } from "../text/Times.ts"
import { makeCountdown } from "./Countdown.ts"
import { makeFeed } from "./Feed.ts"
import { makeHistory } from "./History.ts"
import { makeLastWinner } from "./LastWinner.ts"
import { makePot } from "./Pot.ts"

/** How often the page asks while nothing is told live. Milliseconds. */
const pollInterval = 15_000
/**
 * News of one draw comes in several events, to everybody at once: what they change is asked for once, and not by all at the same time.
 * Milliseconds.
 */
const settleMillis = 250
const spreadMillis = 1_000

const clock = new ServerClock()
const feed = makeFeed()
const pot = makePot()
const countdown = makeCountdown(clock)
const history = makeHistory()
const lastWinner = makeLastWinner()
const day = byId("draw-day", HTMLElement)
const entries = byId("entries", HTMLElement)
const seal = byId("seal", HTMLElement)
const news = byId("news", HTMLElement)
const none = byId("no-draw", HTMLElement)
const beacon = byId("beacon-note", HTMLElement)
const believe = byId("verify-note", HTMLElement)

let shown: Draw | undefined
let isLive = false
let wasLost = false

const showEntries = (count: number): void => {
  entries.textContent = `${ticketCount(count)} sold`
}

const show = (draw: Draw): void => {
  if (draw.id !== shown?.id) {
    day.textContent = `The draw of ${longDay(draw.day)}`
    seal.replaceChildren(sealView(draw.commitment, "full"))
    beacon.textContent = beaconNotes[draw.beacon]
    believe.textContent = verifyNotes[draw.beacon]
  }
  // what was told live meanwhile may be newer than this answer: a pot only grows
  const isOlder = draw.id === shown?.id && draw.entries < shown.entries
  shown = isOlder && shown !== undefined ? { ...draw, pot: shown.pot, entries: shown.entries } : draw
  showEntries(shown.entries)
  pot.show(shown.pot)
  countdown.until(draw.opensAt, draw.closesAt)
  none.hidden = true
}

/** Asks what is on sale. Whether the server answered. */
const refreshDraw = async (): Promise<boolean> => {
  const answer = await currentDraw()
  if (answer.ok) {
    show(answer.value)
    feed.heard()
    return true
  }
  if (answer.refusal.code !== "unavailable") return false
  none.textContent = answer.refusal.detail
  none.hidden = false
  return true
}

/** Says what happened just now, to who looks and to who listens. */
const tell = (text: string | undefined): void => {
  if (text !== undefined) news.textContent = text
}

const refreshAll = async (): Promise<boolean> => {
  const [answered, won] = await Promise.all([refreshDraw(), lastWinner.refresh(), history.refresh()])
  tell(won)
  return answered
}

let settling: number | undefined
const refreshSoon = (): void => {
  clearTimeout(settling)
  settling = setTimeout(() => void refreshAll(), settleMillis + Math.random() * spreadMillis)
}

/** Does what can be done without being told. */
const poll = async (): Promise<void> => {
  if (isLive) return
  const answered = await refreshAll()
  if (!isLive) feed.is(answered ? "polled" : "stale")
}

feed.is("asking")
void refreshAll().then((answered) => {
  if (!answered && !isLive) feed.is("stale")
})
setInterval(() => void poll(), pollInterval)
listen(new URL("/ws", location.href).href.replace(/^http/, "ws"), {
  time: (millis, ago) => {
    clock.set(millis, ago)
    if (shown !== undefined) countdown.until(shown.opensAt, shown.closesAt)
  },
  update: (update) => {
    feed.heard()
    if (shown?.id !== update.drawId) return refreshSoon()
    shown = { ...shown, pot: update.pot, entries: update.entries }
    showEntries(update.entries)
    pot.show(update.pot)
  },
  status: ({ drawId, status }) => {
    if (drawId === shown?.id && status === "locked") {
      tell(`The draw of ${longDay(shown.day)} is closed, and its tickets are locked. The winner is next.`)
    }
    if (drawId === shown?.id && status === "void") {
      tell(`The draw of ${longDay(shown.day)} is void. Every ticket is refunded.`)
    }
    refreshSoon()
  },
  connected: () => {
    isLive = true
    feed.is("live")
    // the pot comes by itself; what else happened meanwhile does not
    if (wasLost) refreshSoon()
  },
  lost: () => {
    isLive = false
    wasLost = true
    void poll()
  }
})
