/**
 * The moment of a draw: sales close, the list is locked, the round is awaited, and the winner is worked out on the player's own device,
 * then shown, theirs or not.
 */
import type { ClientError, Draw } from "@ddd/client"
import { useClient } from "@ddd/client/react"
import { beaconDelayMillis } from "@ddd/core/proof/Chains"
import { useQuery, useQueryClient } from "@tanstack/react-query"
import { useEffect } from "react"
import { ProofPanel, useWorkedOut, type WorkedOut } from "../proof/Proof.tsx"
import { useText } from "../text/Language.tsx"
import { Positions } from "./BuyCard.tsx"
import { useServerTime } from "./Clock.tsx"
import { type MyEntries, useMyEntries } from "./MyEntries.ts"
import { Pot } from "./Pot.tsx"
import { Rolling } from "./Rolling.tsx"
import { Seal } from "./Seal.tsx"

/** So often it is asked for while it is not decided, beside what is told live. Milliseconds. */
const pollMillis = 5_000

const isDecided = ({ status }: Pick<Draw, "status">): boolean => status === "drawn" || status === "void"

/** A draw as it stands, until it is decided. */
export const useDrawOf = (drawId: string | null, drawDate: string, known?: Draw) => {
  const client = useClient()
  const queries = useQueryClient()
  useEffect(() =>
    client.live.onDrawStatus((status) => {
      if (drawId === null || status.drawId === drawId) {
        void queries.invalidateQueries({ queryKey: ["ddd", "of", drawDate] })
      }
    }), [client, drawDate, drawId, queries])
  return useQuery<Draw, ClientError>({
    queryKey: ["ddd", "of", drawDate],
    queryFn: () => client.lottery.drawByDate(drawDate),
    ...known === undefined ? {} : { placeholderData: known },
    refetchInterval: ({ state }) => state.data !== undefined && isDecided(state.data) ? false : pollMillis
  })
}

type Phase = "closed" | "locked" | "computing" | "revealed" | "void"

const phaseOf = (draw: Draw | undefined, workedOut: WorkedOut | undefined): Phase => {
  switch (draw?.status) {
    case "locked":
      return "locked"
    case "void":
      return "void"
    case "drawn":
      return workedOut === undefined ? "computing" : "revealed"
    default:
      return "closed"
  }
}

const steps: ReadonlyArray<Phase> = ["closed", "locked", "computing", "revealed"]

const Steps = ({ phase }: { readonly phase: Phase }) => {
  const { t } = useText()
  const names = [t.midnight.stepClose, t.midnight.stepLock, t.midnight.stepRound, t.midnight.stepWinner]
  const reached = steps.indexOf(phase)
  return (
    <ol className="moments" role="list">
      {names.map((name, index) => (
        <li
          key={name}
          data-at={index < reached ? "past" : index === reached ? "now" : "next"}
          aria-current={index === reached ? "step" : undefined}
        >
          {name}
        </li>
      ))}
    </ol>
  )
}

const Outcome = ({ mine, prize, workedOut }: {
  readonly workedOut: WorkedOut
  readonly mine: MyEntries | undefined
  readonly prize: string
}) => {
  const { count, money, t } = useText()
  const { claims, verdict } = workedOut
  const winner = claims?.winner ?? null
  if (!verdict.valid) return <p className="outcome">{t.proof.invalid}</p>
  if (winner === null) return <p className="outcome">{t.midnight.nobody}</p>
  const positions = mine?.tickets.map(({ position }) => position) ?? []
  const isMine = mine?.tickets.some(({ ticketId }) => ticketId === winner.ticketId) === true
  return (
    <div className={isMine ? "outcome won" : "outcome"}>
      <p className="outcome-winner">
        {t.midnight.winnerIs(count(winner.position), count(claims?.lock?.entries ?? 0))}
      </p>
      <p className="quiet">{t.midnight.ticket(winner.ticketId)}</p>
      <p className="outcome-mine">
        {isMine
          ? t.midnight.yours(money(prize))
          : positions.length === 0
          ? t.midnight.notPlayed
          : t.midnight.notYours(positions.slice(0, 5).map((position) => t.tickets.number(count(position))).join(", "))}
      </p>
      {isMine ? <p>{t.midnight.paid}</p> : null}
      {positions.length === 0 ? null : <Positions positions={positions} won={isMine ? winner.position : undefined} />}
    </div>
  )
}

export interface MidnightProps {
  readonly drawId: string
  readonly drawDate: string
  /** As it was last known. */
  readonly known?: Draw
  readonly onNext?: () => void
}

export const Midnight = ({ drawDate, drawId, known, onNext }: MidnightProps) => {
  const { count, day, money, t } = useText()
  const now = useServerTime()
  const draw = useDrawOf(drawId, drawDate, known).data
  const mine = useMyEntries(drawId)
  const isDrawn = draw?.status === "drawn"
  const { data: workedOut, error, refetch, tickets } = useWorkedOut(
    isDrawn ? { drawId, drawDate, ticket: mine?.tickets[0] ?? null } : null
  )
  const phase = phaseOf(draw, workedOut)
  const winner = workedOut?.verdict.valid === true ? workedOut.claims?.winner ?? null : null
  const isMine = winner !== null && mine?.tickets.some(({ ticketId }) => ticketId === winner.ticketId) === true
  const due = draw === undefined || draw.closesAt === null || draw.beacon === null
    ? null
    : Date.parse(draw.closesAt) + beaconDelayMillis
  const left = due === null ? null : Math.ceil((due - now) / 1000)
  const says = {
    closed: t.midnight.closed,
    locked: `${t.midnight.locked} ${
      left === null ? t.midnight.awaiting : left > 0 ? t.midnight.beaconIn(count(left)) : t.midnight.awaitingBeacon
    }`,
    computing: error === null ? t.midnight.computing : t.proof.unreadable,
    revealed: t.proof.title,
    void: t.midnight.void
  }[phase]
  return (
    <div className={`midnight ${phase} ${isMine ? "mine" : ""}`}>
      <section className="hero" aria-labelledby="midnight-title">
        <div className="hero-seal">
          {draw === undefined ? null : <Seal commitment={draw.commitmentHash} size="full" />}
        </div>
        <div className="hero-edge" aria-hidden="true" />
        <div className="hero-content">
          <h2 id="midnight-title" className="hero-title">{t.draw.day(day(drawDate))}</h2>
          {phase === "revealed" && winner !== null
            ? <Rolling value={winner.position} among={workedOut?.claims?.lock?.entries ?? winner.position} />
            : <Pot amount={draw?.prizePool} />}
          <p className="entries">
            {draw === undefined
              ? "\u00a0"
              : phase === "revealed" && winner !== null
              ? money(draw.prizePool)
              : t.draw.tickets(count(draw.totalEntries), draw.totalEntries === 1)}
          </p>
        </div>
      </section>
      {phase === "void" ? null : <Steps phase={phase} />}
      <p className="midnight-says" role="status">{says}</p>
      {phase === "computing" && tickets > 0 ? <p className="quiet">{t.midnight.checked(count(tickets))}</p> : null}
      {workedOut === undefined || draw === undefined
        ? mine === undefined || mine.tickets.length === 0
          ? null
          : <Positions positions={mine.tickets.map(({ position }) => position)} />
        : (
          <div role="status">
            <Outcome workedOut={workedOut} mine={mine} prize={draw.prizePool} />
          </div>
        )}
      {onNext === undefined ? null : (
        <p className="buttons centred">
          <button type="button" className="button button-main" onClick={onNext}>{t.midnight.next}</button>
        </p>
      )}
      {workedOut === undefined ? null : <ProofPanel workedOut={workedOut} onAgain={() => void refetch()} />}
    </div>
  )
}
