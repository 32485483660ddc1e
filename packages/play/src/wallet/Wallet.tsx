/** What the player has, what of it can be withdrawn, and what moved. */
import { centsOf, type Transaction } from "@ddd/client"
import { useClient, useTransactions, useWallet } from "@ddd/client/react"
import { useState } from "react"
import { Asked, Pages } from "../app/Asked.tsx"
import { Form, Select } from "../app/Form.tsx"
import { Link } from "../app/Router.tsx"
import { saveAs } from "../app/Saving.ts"
import { Screen } from "../app/Screen.tsx"
import { en } from "../text/En.ts"
import { useText } from "../text/Language.tsx"

type Kind = Transaction["type"]

const kinds = Object.keys(en.wallet.types)

const isKind = (text: string): text is Kind => kinds.includes(text)

const isSome = (amount: string): boolean => centsOf(amount) !== 0n

const Balances = () => {
  const { money, t, time } = useText()
  return (
    <Asked of={useWallet()}>
      {({ awaitingIdentity, balance, debt, maturesAt, maturing, pendingWithdrawal, withdrawable }) => (
        <section className="panel balances" aria-labelledby="balance-title">
          <h2 id="balance-title" className="eyebrow">{t.wallet.balance}</h2>
          <p className="balance">{money(balance)}</p>
          <dl className="facts">
            <dt>{t.wallet.withdrawable}</dt>
            <dd>{money(withdrawable)}</dd>
            {isSome(maturing)
              ? (
                <>
                  <dt>{t.wallet.maturing}</dt>
                  <dd>{money(maturing)}{maturesAt === null ? "" : `, ${t.wallet.maturesAt(time(maturesAt))}`}</dd>
                </>
              )
              : null}
            {isSome(awaitingIdentity)
              ? (
                <>
                  <dt>{t.wallet.awaitingIdentity}</dt>
                  <dd>{money(awaitingIdentity)}</dd>
                </>
              )
              : null}
            {isSome(pendingWithdrawal)
              ? (
                <>
                  <dt>{t.wallet.pending}</dt>
                  <dd>{money(pendingWithdrawal)}</dd>
                </>
              )
              : null}
            {isSome(debt)
              ? (
                <>
                  <dt>{t.wallet.debt}</dt>
                  <dd>
                    {money(debt)} <span className="quiet">{t.wallet.debtHint}</span>
                  </dd>
                </>
              )
              : null}
          </dl>
          <p className="buttons">
            <Link to="/wallet/add" className="button button-main">{t.add.title}</Link>
            <Link to="/wallet/withdraw" className="button">{t.withdraw.title}</Link>
          </p>
        </section>
      )}
    </Asked>
  )
}

const Movement = ({ movement }: { readonly movement: Transaction }) => {
  const { money, t, time } = useText()
  const { amount, balanceAfter, createdAt, status, type } = movement
  const isIn = !amount.startsWith("-")
  return (
    <div className="movement">
      <p className="movement-name">
        {t.wallet.types[type]}
        {status === "completed" ? null : <span className={`tag ${status}`}>{t.wallet.status[status]}</span>}
      </p>
      <p className={isIn ? "movement-amount in" : "movement-amount"}>{isIn ? "+" : ""}{money(amount)}</p>
      <p className="quiet">{time(createdAt)}</p>
      <p className="quiet movement-after">{t.wallet.after(money(balanceAfter))}</p>
    </div>
  )
}

export const Wallet = () => {
  const { t } = useText()
  const client = useClient()
  const [kind, setKind] = useState("")
  const movements = useTransactions(isKind(kind) ? { type: kind } : {})
  const options = kinds.filter(isKind).map((each) => [each, t.wallet.types[each]] as const)
  return (
    <Screen title={t.wallet.title}>
      <Balances />
      <section aria-labelledby="history-title">
        <h2 id="history-title">{t.wallet.history}</h2>
        <Select
          label={t.wallet.filter}
          name="type"
          value={kind}
          onChoose={setKind}
          options={[["", t.wallet.all], ...options]}
        />
        <Pages of={movements} className="movements" none={<p className="quiet empty">{t.wallet.none}</p>}>
          {(movement) => <Movement movement={movement} />}
        </Pages>
        <Form
          label={t.wallet.statement}
          tone="plain"
          onSend={async () => {
            const month = new Date(client.time.now()).toISOString().slice(0, 7)
            saveAs(`statement-${month}.csv`, "text/csv", await client.transactions.statementText(month, "csv"))
          }}
        />
      </section>
    </Screen>
  )
}
