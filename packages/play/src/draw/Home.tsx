/** The first screen: the pot of the day, when its sales close, and a ticket. At midnight it becomes the draw. */
import type { Draw } from "@ddd/client"
import { useClient, useCurrentDraw, useDrawHistory, useLastWinner, useSession } from "@ddd/client/react"
import { useState } from "react"
import { Asked } from "../app/Asked.tsx"
import { useOnline } from "../app/Online.ts"
import { Link } from "../app/Router.tsx"
import { Screen } from "../app/Screen.tsx"
import { useText } from "../text/Language.tsx"
import { BuyCard } from "./BuyCard.tsx"
import { Countdown, Ring, useServerTime } from "./Clock.tsx"
import { Midnight } from "./Midnight.tsx"
import { Pot } from "./Pot.tsx"
import { Seal } from "./Seal.tsx"

/** So long before the close the player is asked to stay. Milliseconds. */
const soonMillis = 120_000

const Feed = ({ isLive, updatedAt }: { readonly isLive: boolean; readonly updatedAt: number }) => {
  const { second, t } = useText()
  const isOnline = useOnline()
  const freshness = isLive ? "live" : isOnline ? "polled" : "stale"
  return (
    <p className="feed" data-freshness={freshness}>
      <span>
        {t.draw[freshness]}
        {freshness === "stale" && updatedAt > 0 ? `. ${t.offline.old(second(updatedAt))}` : ""}
      </span>
    </p>
  )
}

const Invitation = () => {
  const { t } = useText()
  return (
    <section className="buy panel" aria-labelledby="buy-title">
      <h2 id="buy-title">{t.buy.title}</h2>
      <p>{t.buy.invite}</p>
      <p className="buttons">
        <Link to="/sign-up" className="button button-main button-wide">{t.buy.signUp}</Link>
        <Link to="/sign-in" className="button button-wide">{t.buy.signIn}</Link>
      </p>
      <p className="hint">
        <Link to="/about" className="link">{t.nav.about}</Link>
      </p>
    </section>
  )
}

/** The draw that is over, and not seen yet: the last one on sale, from its close on until the player moves on. */
const useFollowed = (draw: Draw | undefined, isLive: boolean, now: number) => {
  const [onSale, setOnSale] = useState(draw)
  const [followed, setFollowed] = useState<Draw | null>(null)
  // what the device believes of the time closes nothing before the server has told it
  const [wasLive, setWasLive] = useState(isLive)
  if (isLive && !wasLive) setWasLive(true)
  const isOver = wasLive && draw !== undefined && draw.closesAt !== null && now >= Date.parse(draw.closesAt)
  if (draw !== undefined && draw !== onSale) {
    // another one is on sale: that of before has closed
    if (onSale !== undefined && onSale.id !== draw.id && followed === null) setFollowed(onSale)
    setOnSale(draw)
  }
  if (isOver && followed?.id !== draw?.id && followed === null) setFollowed(draw ?? null)
  return { followed, leave: () => setFollowed(null), isOver }
}

const LastWinner = () => {
  const { money, shortDay, t } = useText()
  return (
    <section aria-labelledby="winner-title">
      <h2 id="winner-title">{t.draw.lastWinner}</h2>
      <Asked of={useLastWinner()}>
        {({ draw, winner }) =>
          draw === null || draw.drawDate === null
            ? <p className="quiet">{t.draw.noWinner}</p>
            : (
              <Link to={`/draws/${draw.drawDate}`} className="ticket ticket-link">
                <span className="stub">
                  <Seal commitment={draw.commitmentHash} size="small" />
                </span>
                <span className="ticket-body">
                  <span className="eyebrow">{shortDay(draw.drawDate)}</span>
                  {winner === null
                    ? <span className="prize-line">{t.draw.nobodyEntered}</span>
                    : (
                      <>
                        <span className="prize-line">{money(winner.prizeAmount)}</span>
                        <span className="quiet">
                          {t.draw.wonBy(winner.username)} {t.draw.withTicket(winner.ticketId)}
                        </span>
                      </>
                    )}
                </span>
              </Link>
            )}
      </Asked>
    </section>
  )
}

const PastDraws = () => {
  const { count, money, shortDay, t } = useText()
  const history = useDrawHistory()
  return (
    <section aria-labelledby="past-title">
      <h2 id="past-title">{t.draw.past}</h2>
      <Asked of={history}>
        {({ pages }) => {
          const draws = pages.flatMap(({ items }) => items)
          return draws.length === 0 ? <p className="quiet">{t.draw.noPast}</p> : (
            <>
              <ol className="past" role="list">
                {draws.map(({ commitmentHash, drawDate, id, prizePool, status, totalEntries }) => (
                  <li key={id}>
                    <Link to={`/draws/${drawDate ?? ""}`} className="past-draw">
                      <Seal commitment={commitmentHash} size="small" />
                      <span>
                        <strong>{shortDay(drawDate ?? "")}</strong>
                        <span className="quiet">
                          {status === "drawn"
                            ? t.draw.tickets(count(totalEntries), totalEntries === 1)
                            : t.draw.status[status]}
                        </span>
                      </span>
                      <span className="amount">{money(prizePool)}</span>
                    </Link>
                  </li>
                ))}
              </ol>
              {history.hasNextPage
                ? (
                  <p>
                    <button type="button" className="button" onClick={() => void history.fetchNextPage()}>
                      {t.more}
                    </button>
                  </p>
                )
                : null}
            </>
          )
        }}
      </Asked>
    </section>
  )
}

export const Home = () => {
  const { count, day, t, time } = useText()
  const now = useServerTime()
  const { time: clock } = useClient()
  const isOnline = useOnline()
  const session = useSession().data
  const { data: draw, dataUpdatedAt, error, isLive } = useCurrentDraw()
  const { followed, isOver, leave } = useFollowed(draw, isLive, now)
  if (followed !== null && followed.drawDate !== null) {
    return (
      <Screen title={t.draw.day(day(followed.drawDate))} isTitleUnseen>
        <Midnight drawId={followed.id} drawDate={followed.drawDate} known={followed} onNext={leave} />
      </Screen>
    )
  }
  const [opensAt, closesAt] = draw === undefined || draw.opensAt === null || draw.closesAt === null
    ? [null, null]
    : [Date.parse(draw.opensAt), Date.parse(draw.closesAt)]
  const passed = opensAt === null || closesAt === null ? 0 : (now - opensAt) / (closesAt - opensAt)
  return (
    <Screen title={t.draw.title} isTitleUnseen>
      <div className="table">
        <div>
          <section className="hero" aria-labelledby="pot-title">
            <div className="hero-seal">
              {draw === undefined ? null : <Seal commitment={draw.commitmentHash} size="full" />}
            </div>
            <Ring passed={passed} />
            <div className="hero-content">
              <h2 id="pot-title" className="hero-title">{t.draw.title}</h2>
              <Pot amount={draw?.prizePool} />
              <p className="entries">
                {draw === undefined ? "\u00a0" : t.draw.tickets(count(draw.totalEntries), draw.totalEntries === 1)}
              </p>
            </div>
          </section>
          <section className="closing" aria-labelledby="draw-day">
            <h2 id="draw-day">
              {draw === undefined || draw.drawDate === null ? "\u00a0" : t.draw.day(day(draw.drawDate))}
            </h2>
            <Countdown now={now} until={clock.isKnown || !isOnline ? closesAt : null} />
            <p className="quiet">
              {draw === undefined || draw.closesAt === null ? "\u00a0" : t.draw.closes(time(draw.closesAt))}
            </p>
            <Feed isLive={isLive} updatedAt={dataUpdatedAt} />
            <p className="notice good" role="status">
              {closesAt !== null && closesAt - now < soonMillis && closesAt > now ? t.midnight.soon : ""}
            </p>
            {draw === undefined && error !== null && error.code === "unavailable"
              ? <p className="notice">{t.draw.none}</p>
              : null}
          </section>
        </div>
        <div className="side">
          {session === null || draw === undefined
            ? <Invitation />
            : <BuyCard key={draw.id} draw={draw} isClosed={isOver} />}
          <LastWinner />
        </div>
      </div>
      <PastDraws />
    </Screen>
  )
}
