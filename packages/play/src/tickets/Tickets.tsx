/** The player's tickets: where they stand, what they won, and that their seals hold. */
import type { Ticket, TicketCheck } from "@ddd/client"
import { useClient, useTickets } from "@ddd/client/react"
import { useState } from "react"
import { Pages } from "../app/Asked.tsx"
import { Form } from "../app/Form.tsx"
import { Link } from "../app/Router.tsx"
import { Screen } from "../app/Screen.tsx"
import { useText } from "../text/Language.tsx"

const Check = ({ ticketId }: { readonly ticketId: string }) => {
  const client = useClient()
  const { count, t } = useText()
  const [check, setCheck] = useState<TicketCheck | null>(null)
  return (
    <>
      <Form
        label={t.tickets.check}
        busyLabel={t.tickets.checking}
        tone="plain"
        onSend={async () => setCheck(await client.lottery.checkTicket(ticketId))}
      />
      <div role="status">
        {check === null ? null : (
          <p className={check.sealValid ? "notice good" : "notice bad"}>
            {check.sealValid ? t.tickets.sealed : t.tickets.unsealed} {check.inclusion === null
              ? t.tickets.notYetIncluded
              : t.tickets.included(count(check.inclusion.leafIndex + 1), count(check.inclusion.treeSize))}
          </p>
        )}
      </div>
    </>
  )
}

/** A ticket: its number on the stub, the rest beside it. */
const TicketCard = ({ ticket }: { readonly ticket: Ticket }) => {
  const { count, money, shortDay, t, time } = useText()
  const { drawDate, drawId, ownerSalt, position, prizeAmount, purchasedAt, status, ticketHash, ticketId } = ticket
  return (
    <article className={`ticket my-ticket ${status}`}>
      <div className="stub">
        <strong className="stub-figure">{count(position)}</strong>
      </div>
      <div className="ticket-body">
        <h2 className="ticket-title">
          <Link to={drawDate === null ? `/rooms/${drawId}` : `/draws/${drawDate}`} className="link">
            {drawDate === null ? t.tickets.ofRoom : t.tickets.ofDay(shortDay(drawDate))}
          </Link>
        </h2>
        <p className="ticket-status">
          <span className={`tag ${status}`}>{t.tickets.status[status]}</span>
          {prizeAmount === null ? null : <strong className="gold">{money(prizeAmount)}</strong>}
        </p>
        <p className="quiet">
          <code>{ticketId}</code> · {t.tickets.bought(time(purchasedAt))}
        </p>
        <details>
          <summary>{t.tickets.details}</summary>
          <dl className="facts">
            <dt>{t.tickets.hash}</dt>
            <dd>
              <code className="hash">{ticketHash}</code>
            </dd>
            <dt>{t.tickets.salt}</dt>
            <dd>
              <code className="hash">{ownerSalt}</code>
            </dd>
          </dl>
          <Check ticketId={ticketId} />
        </details>
      </div>
    </article>
  )
}

export const Tickets = () => {
  const { t } = useText()
  return (
    <Screen title={t.tickets.title}>
      <Pages
        of={useTickets()}
        className="cards"
        none={
          <div className="empty">
            <p>{t.tickets.none}</p>
            <p>
              <Link to="/" className="button button-main">{t.tickets.buy}</Link>
            </p>
          </div>
        }
      >
        {(ticket) => <TicketCard ticket={ticket} />}
      </Pages>
    </Screen>
  )
}
