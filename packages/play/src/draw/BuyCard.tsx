/** Where tickets are bought: how many, what they cost, and how little they promise. */
import { amountOf, centsOf, type Draw } from "@ddd/client"
import { usePurchase, useWallet } from "@ddd/client/react"
import { useId, useState } from "react"
import { Link } from "../app/Router.tsx"
import { useTell } from "../app/Toasts.tsx"
import { type Site, useSite } from "../server/Offers.ts"
import { useText } from "../text/Language.tsx"
import { problemText } from "../text/Problems.ts"
import { useMyEntries } from "./MyEntries.ts"

const most = 100

/** What of a ticket goes where. */
export const sharesOf = ({ houseShare, ticketPrice }: Site): { readonly pot: string; readonly house: string } => {
  const price = centsOf(ticketPrice)
  const house = price * centsOf(houseShare) / 100n
  return { pot: amountOf(price - house), house: amountOf(house) }
}

const Stepper = ({ onChange, value }: { readonly value: number; readonly onChange: (value: number) => void }) => {
  const { t } = useText()
  const id = useId()
  const set = (wanted: number): void => onChange(Math.max(1, Math.min(most, Math.trunc(wanted) || 1)))
  return (
    <div className="stepper">
      <label htmlFor={id}>{t.buy.quantity}</label>
      <div className="stepper-row">
        <button type="button" onClick={() => set(value - 1)} aria-label={t.buy.fewer} disabled={value <= 1}>
          <span aria-hidden="true">−</span>
        </button>
        <input
          id={id}
          type="number"
          inputMode="numeric"
          min={1}
          max={most}
          value={value}
          onChange={(event) => set(event.target.valueAsNumber)}
        />
        <button type="button" onClick={() => set(value + 1)} aria-label={t.buy.moreOf} disabled={value >= most}>
          <span aria-hidden="true">+</span>
        </button>
      </div>
    </div>
  )
}

export const BuyCard = ({ draw, isClosed }: { readonly draw: Draw; readonly isClosed: boolean }) => {
  const text = useText()
  const { count, money, odds, t } = text
  const tell = useTell()
  const site = useSite()
  const { house, pot } = sharesOf(site)
  const [quantity, setQuantity] = useState(1)
  const purchase = usePurchase()
  const wallet = useWallet().data
  const mine = useMyEntries(draw.id)
  const held = mine?.tickets.length ?? 0
  const price = centsOf(draw.ticketPrice) * BigInt(quantity)
  const missing = wallet === undefined ? 0n : price - centsOf(wallet.balance)
  const buy = () =>
    purchase.mutate({ quantity, drawId: draw.id }, {
      onSuccess: ({ tickets }) => {
        const positions = tickets.map(({ position }) => position)
        tell(t.buy.bought(tickets.length, count(Math.min(...positions)), count(Math.max(...positions))), "good")
        setQuantity(1)
      }
    })
  const all = draw.totalEntries + quantity
  return (
    <section className="buy panel" aria-labelledby="buy-title">
      <h2 id="buy-title">{t.buy.title}</h2>
      <Stepper value={quantity} onChange={setQuantity} />
      <p className="buttons">
        {missing > 0n
          ? (
            <Link to="/wallet/add" className="button button-main button-wide">
              {t.buy.addMoney}
            </Link>
          )
          : (
            <button
              type="button"
              className="button button-main button-wide"
              disabled={isClosed}
              aria-disabled={purchase.isPending}
              onClick={() => purchase.isPending ? undefined : buy()}
            >
              {isClosed
                ? t.buy.closed
                : purchase.isPending
                ? t.buy.buying
                : t.buy.button(count(quantity), quantity === 1, money(amountOf(price)))}
            </button>
          )}
      </p>
      <p className="error" role="alert">
        {purchase.error === null ? "" : purchase.error.code === "unsettled"
          ? t.buy.unsettled
          : problemText(purchase.error, text)}
      </p>
      <p className="buy-odds">
        {t.buy.oddsWith(count(held + quantity), count(all), t.buy.oneIn(odds(held + quantity, all)))}{" "}
        <span className="quiet">{t.buy.falling}</span>
      </p>
      <p className="hint">
        {missing > 0n ? t.buy.short(money(amountOf(missing))) : null} {t.buy.price(money(draw.ticketPrice))}.{" "}
        {t.buy.share(money(pot), money(house))}
      </p>
      <div className="buy-mine" aria-live="polite">
        {held === 0 ? null : (
          <>
            <p>
              <strong>
                {t.buy.oddsNow(count(held), count(draw.totalEntries), t.buy.oneIn(odds(held, draw.totalEntries)))}
              </strong>
            </p>
            <Positions positions={mine?.tickets.map(({ position }) => position) ?? []} />
          </>
        )}
      </div>
    </section>
  )
}

/** So many numbers are shown; the rest are counted. */
const shownMost = 12

/** Numbers of tickets, as small stubs. */
export const Positions = ({ positions, won }: {
  readonly positions: ReadonlyArray<number>
  readonly won?: number | undefined
}) => {
  const { count, t } = useText()
  const first = positions.slice(0, shownMost)
  const shown = won === undefined || first.includes(won) || !positions.includes(won) ? first : [...first.slice(1), won]
  return (
    <ul className="stubs" role="list">
      {shown.map((position) => (
        <li key={position} className={position === won ? "stub-number won" : "stub-number"}>
          {t.tickets.number(count(position))}
        </li>
      ))}
      {positions.length > shown.length
        ? <li className="quiet">{t.midnight.andMore(count(positions.length - shown.length))}</li>
        : null}
    </ul>
  )
}
