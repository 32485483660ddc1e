/** Where money is added: on the provider's page, or, on a server that is not in production, by itself. */
import { useState } from "react"
import { amountIn, Field, Form } from "../app/Form.tsx"
import { go } from "../app/Router.tsx"
import { Screen } from "../app/Screen.tsx"
import { useTell } from "../app/Toasts.tsx"
import { addTestMoney, openCheckout, useSite } from "../server/Offers.ts"
import { useClient, usePlayerRefresh } from "../server/Player.ts"
import { useText } from "../text/Language.tsx"

const amounts = ["5.00", "10.00", "20.00", "50.00"]

export const AddMoney = () => {
  const { money, t } = useText()
  const client = useClient()
  const refresh = usePlayerRefresh()
  const tell = useTell()
  const site = useSite()
  const [picked, setPicked] = useState("20.00")
  const [other, setOther] = useState("")
  const amount = other === "" ? picked : amountIn(other)
  const isOffered = site.money.checkout || site.money.dev
  return (
    <Screen title={t.add.title} up="/wallet">
      <p>{t.add.intro}</p>
      {isOffered
        ? (
          <div className="panel">
            <fieldset className="picks">
              <legend>{t.add.amount}</legend>
              {amounts.map((each) => (
                <label key={each} className="pick">
                  <input
                    type="radio"
                    name="pick"
                    value={each}
                    checked={other === "" && picked === each}
                    onChange={() => {
                      setPicked(each)
                      setOther("")
                    }}
                  />
                  <span>{money(each)}</span>
                </label>
              ))}
            </fieldset>
            <Field
              label={t.add.other}
              name="other"
              inputMode="decimal"
              autoComplete="off"
              value={other}
              onChange={(event) => setOther(event.target.value)}
            />
            {site.money.checkout
              ? (
                <Form
                  label={t.add.checkout(money(amount))}
                  onSend={async () => location.assign(await openCheckout(client, amount))}
                >
                  <p className="hint">{t.add.checkoutHint}</p>
                </Form>
              )
              : null}
            {site.money.dev
              ? (
                <Form
                  label={t.add.devButton(money(amount))}
                  tone={site.money.checkout ? "plain" : "main"}
                  onSend={async () => {
                    await addTestMoney(client, amount)
                    await refresh()
                    tell(t.add.added(money(amount)), "good")
                    go("/wallet")
                  }}
                >
                  <p className="notice">{t.add.test}</p>
                </Form>
              )
              : null}
          </div>
        )
        : <p className="notice">{t.add.none}</p>}
    </Screen>
  )
}
