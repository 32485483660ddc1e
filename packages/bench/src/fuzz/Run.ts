/** What has been asked in a run, and what was wrong with the answers. */
import { visible } from "@ddd/core/values/Visible"
import { codeOf, type Judge } from "./Judge.ts"
import { type Lane, NoAnswer } from "./Lane.ts"
import type { MachineStall } from "./MachineStall.ts"
import { bytesOf, type FuzzRequest } from "./Requests.ts"
import type { Conversation, makeTalkJudge } from "./Talk.ts"

/** No answer may take longer, but for what the machine stands still. */
const slowMillis = 2_000

const faultsShown = 12

const count = <K>(counts: Map<K, number>, key: K): void => void counts.set(key, (counts.get(key) ?? 0) + 1)

const at = (request: FuzzRequest): string => {
  const { body, headers, intent, method, target } = request
  const shown = body === null ? "" : `\n    ${visible(body.toString("latin1").slice(0, 400))}`
  const heads = headers.map(([name, value]) =>
    `${name}: ${name === "Authorization" ? value.slice(0, 20) : value.slice(0, 80)}`
  )
  return `${intent}: ${visible(`${method} ${target.slice(0, 300)}`)}\n    ${visible(heads.join(", "))}${shown}`
}

export class Run {
  readonly statuses = new Map<number, number>()
  readonly served = new Map<string, number>()
  readonly heard = new Map<string, number>()
  readonly faults: Array<string> = []
  readonly millis: Array<number> = []
  faultsCount = 0
  requests = 0
  messages = 0
  slowOnce = 0
  fairMax = 0
  readonly #judge: Judge
  readonly #stall: MachineStall

  constructor(judge: Judge, stall: MachineStall) {
    this.#judge = judge
    this.#stall = stall
  }

  fault(what: string): void {
    if (++this.faultsCount <= faultsShown) this.faults.push(what)
  }

  /** How long something took that ended now, but for what the machine stood still. */
  #fair(millis: number): number {
    const now = Date.now()
    return millis - this.#stall.within(now - millis, now)
  }

  /** Asks on a lane, and judges. What was slow is asked once more, alone: `again` waits until nothing else is asked. */
  async ask(lane: Lane, request: FuzzRequest, again: Array<FuzzRequest> | undefined): Promise<void> {
    this.requests++
    try {
      const answer = await lane.ask(bytesOf(request), request.method)
      const fair = this.#fair(answer.millis)
      this.millis.push(answer.millis)
      this.fairMax = Math.max(this.fairMax, fair)
      count(this.statuses, answer.status)
      const operation = this.#judge.operationOf(request)
      if (operation !== undefined && answer.status < 300) {
        count(this.served, `${operation.method} ${operation.template}`)
      }
      if (fair > slowMillis) {
        if (again === undefined) this.fault(`${at(request)}\n  took ${fair.toFixed(0)} ms, also when asked alone`)
        else again.push(request)
      }
      for (const fault of this.#judge.faultsOf(request, answer)) {
        const said = visible(answer.body.toString().slice(0, 400))
        this.fault(`${at(request)}\n  ${answer.status} ${codeOf(answer) ?? ""}: ${visible(fault)}\n    ${said}`)
      }
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error
      this.fault(`${at(request)}\n  was not answered: ${visible(error.message)}`)
    }
  }

  async talk(
    say: ReturnType<typeof makeTalkJudge>,
    url: string,
    conversation: Conversation,
    again: Array<Conversation> | undefined
  ): Promise<void> {
    this.messages += conversation.length
    const { faults, heard, millis } = await say(url, conversation)
    for (const event of heard) count(this.heard, event)
    const shown = conversation.map((message) => `\n    ${visible(message.slice(0, 200))}`).join("")
    if (this.#fair(millis) > slowMillis) {
      if (again === undefined) this.fault(`a WebSocket was slow, also alone, to answer${shown}`)
      else again.push(conversation)
    }
    for (const fault of faults) this.fault(`a WebSocket that was told${shown}\n  ${visible(fault)}`)
  }
}

/** Asks on all lanes until every request was asked, and once more alone what was slow. */
export const askAll = async (
  run: Run,
  lanes: ReadonlyArray<Lane>,
  requests: ReadonlyArray<FuzzRequest>
): Promise<void> => {
  const slow: Array<FuzzRequest> = []
  const waiting = requests.values()
  await Promise.all(lanes.map(async (lane) => {
    for (const request of waiting) await run.ask(lane, request, slow)
  }))
  const [lane] = lanes
  for (const request of slow) {
    run.slowOnce++
    if (lane !== undefined) await run.ask(lane, request, undefined)
  }
}

export const talkAll = async (
  run: Run,
  say: ReturnType<typeof makeTalkJudge>,
  url: string,
  conversations: ReadonlyArray<Conversation>
): Promise<void> => {
  const slow: Array<Conversation> = []
  for (const conversation of conversations) await run.talk(say, url, conversation, slow)
  for (const conversation of slow) {
    run.slowOnce++
    await run.talk(say, url, conversation, undefined)
  }
}
