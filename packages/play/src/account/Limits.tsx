/** What the player may spend and add, and breaks from play (docs/play.md). */
import type { Limits as Values } from "@ddd/client"
import { Asked } from "../app/Asked.tsx"
import { amountIn, Field, Form, Select } from "../app/Form.tsx"
import { Screen } from "../app/Screen.tsx"
import { useTell } from "../app/Toasts.tsx"
import { useClient, usePlayerQuery, usePlayerRefresh } from "../server/Player.ts"
import { useText } from "../text/Language.tsx"

const spending = ["dailySpend", "weeklySpend", "monthlySpend"] as const
const deposits = ["dailyDeposit", "weeklyDeposit", "monthlyDeposit"] as const

const moneyOf = (text: string): string | null => text.trim() === "" ? null : amountIn(text)

const LimitsForm = ({ limits }: { readonly limits: Values }) => {
  const { money, t, time } = useText()
  const client = useClient()
  const refresh = usePlayerRefresh()
  const tell = useTell()
  const field = (name: (typeof spending)[number] | (typeof deposits)[number]) => (
    <Field
      key={`${name} ${limits[name] ?? ""}`}
      label={t.limits.names[name]}
      name={name}
      inputMode="decimal"
      autoComplete="off"
      defaultValue={limits[name] ?? ""}
    />
  )
  return (
    <>
      {limits.pending.length === 0 ? null : (
        <div className="notice">
          {limits.pending.map(({ actsAt, confirmBy, limit, value }) => (
            <p key={limit}>
              {t.limits.pending(
                t.limits.names[limit],
                value === null ? t.limits.noLimit : limit === "ticketsPerDraw" ? value : money(value),
                time(actsAt),
                time(confirmBy)
              )}
            </p>
          ))}
          <Form
            label={t.limits.confirm}
            tone="plain"
            onSend={async () => {
              await client.user.confirmLimits()
              await refresh()
              tell(t.limits.confirmed, "good")
            }}
          />
        </div>
      )}
      <section className="panel">
        <Form
          label={t.limits.save}
          onSend={async (values) => {
            const tickets = values("ticketsPerDraw").trim()
            await client.user.changeLimits({
              dailySpend: moneyOf(values("dailySpend")),
              weeklySpend: moneyOf(values("weeklySpend")),
              monthlySpend: moneyOf(values("monthlySpend")),
              dailyDeposit: moneyOf(values("dailyDeposit")),
              weeklyDeposit: moneyOf(values("weeklyDeposit")),
              monthlyDeposit: moneyOf(values("monthlyDeposit")),
              ticketsPerDraw: tickets === "" ? null : Number(tickets)
            })
            await refresh()
            tell(t.limits.saved, "good")
          }}
        >
          <p className="hint">{t.limits.empty}</p>
          <div className="columns-3">
            <fieldset>
              <legend>{t.limits.spend}</legend>
              {spending.map(field)}
            </fieldset>
            <fieldset>
              <legend>{t.limits.deposit}</legend>
              {deposits.map(field)}
            </fieldset>
            <fieldset>
              <legend>{t.limits.tickets}</legend>
              <Field
                key={limits.ticketsPerDraw}
                label={t.limits.names.ticketsPerDraw}
                name="ticketsPerDraw"
                type="number"
                min={1}
                max={1_000_000}
                defaultValue={limits.ticketsPerDraw ?? ""}
              />
            </fieldset>
          </div>
        </Form>
      </section>
    </>
  )
}

export const Limits = () => {
  const { t, time } = useText()
  const client = useClient()
  const refresh = usePlayerRefresh()
  const tell = useTell()
  const limits = usePlayerQuery("limits", () => client.user.limits())
  const begun = async ({ until }: { readonly until: string }) => {
    await refresh()
    tell(t.limits.until(time(until)))
  }
  return (
    <Screen title={t.limits.title} up="/account">
      <p>{t.limits.intro}</p>
      <Asked of={limits}>{(values) => <LimitsForm limits={values} />}</Asked>
      <section className="panel" aria-labelledby="break-title">
        <h2 id="break-title">{t.limits.breakTitle}</h2>
        <p>{t.limits.breakText}</p>
        <Form
          label={t.limits.breakButton}
          sure={t.limits.breakSure}
          tone="plain"
          onSend={async (values) => begun(await client.user.takeTimeOut(Number(values("hours"))))}
        >
          <Select label={t.limits.breakFor} name="hours" options={Object.entries(t.limits.hours)} />
        </Form>
      </section>
      <section className="panel" aria-labelledby="exclude-title">
        <h2 id="exclude-title">{t.limits.excludeTitle}</h2>
        <p>{t.limits.excludeText}</p>
        <Form
          label={t.limits.excludeButton}
          sure={t.limits.excludeSure}
          tone="bad"
          onSend={async (values) => begun(await client.user.excludeSelf(Number(values("days"))))}
        >
          <Select label={t.limits.breakFor} name="days" options={Object.entries(t.limits.days)} />
        </Form>
      </section>
    </Screen>
  )
}
