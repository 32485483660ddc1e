/** Where money leaves: the payout account, and how much. */
import { centsOf } from "@ddd/client"
import { useProfile, useWallet, useWithdrawal } from "@ddd/client/react"
import { useState } from "react"
import { VerifyAddress } from "../account/VerifyAddress.tsx"
import { Asked } from "../app/Asked.tsx"
import { amountIn, Field, Form } from "../app/Form.tsx"
import { go } from "../app/Router.tsx"
import { Screen } from "../app/Screen.tsx"
import { useTell } from "../app/Toasts.tsx"
import { useClient, usePlayerQuery, usePlayerRefresh } from "../server/Player.ts"
import { useText } from "../text/Language.tsx"

const least = "1.00"

const PayoutAccount = () => {
  const { t } = useText()
  const client = useClient()
  const refresh = usePlayerRefresh()
  const tell = useTell()
  const account = usePlayerQuery("payout-account", () => client.user.payoutAccount())
  return (
    <section className="panel" aria-labelledby="account-title">
      <h2 id="account-title">{t.withdraw.accountTitle}</h2>
      <Asked of={account}>
        {({ status }) => (
          <>
            <p>{t.withdraw[status]}</p>
            {status === "ready" ? null : (
              <Form
                label={status === "none" ? t.withdraw.open : t.withdraw.goOn}
                onSend={async () => location.assign((await client.user.openPayoutAccount()).url)}
              />
            )}
            {status === "none" ? null : (
              <Form
                label={t.withdraw.remove}
                tone="plain"
                onSend={async () => {
                  await client.user.removePayoutAccount()
                  await refresh()
                  tell(t.withdraw.removed)
                }}
              />
            )}
          </>
        )}
      </Asked>
    </section>
  )
}

export const Withdraw = () => {
  const { money, t } = useText()
  const tell = useTell()
  const wallet = useWallet().data
  const profile = useProfile().data
  const withdrawal = useWithdrawal()
  const [amount, setAmount] = useState("")
  const withdrawable = wallet?.withdrawable ?? "0.00"
  return (
    <Screen title={t.withdraw.title} up="/wallet">
      {profile?.emailVerified === false ? <VerifyAddress email={profile.email} /> : null}
      <section className="panel">
        <Form
          label={t.withdraw.button}
          onSend={async () => {
            const wanted = amountIn(amount)
            await withdrawal.mutateAsync(wanted)
            tell(t.withdraw.asked(money(wanted)), "good")
            go("/wallet")
          }}
        >
          <Field
            label={t.withdraw.amount}
            hint={t.withdraw.hint(money(least), money(withdrawable))}
            name="amount"
            inputMode="decimal"
            autoComplete="off"
            required
            value={amount}
            onChange={(event) => setAmount(event.target.value)}
          />
          {centsOf(withdrawable) < centsOf(least) ? null : (
            <p>
              <button type="button" className="button" onClick={() => setAmount(withdrawable)}>{t.withdraw.all}</button>
            </p>
          )}
        </Form>
      </section>
      <PayoutAccount />
    </Screen>
  )
}
