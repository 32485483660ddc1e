/** The password, and where the player is signed in. */
import { Asked } from "../app/Asked.tsx"
import { Form, PasswordField } from "../app/Form.tsx"
import { go } from "../app/Router.tsx"
import { Screen } from "../app/Screen.tsx"
import { useTell } from "../app/Toasts.tsx"
import { useClient, usePlayerQuery, usePlayerRefresh } from "../server/Player.ts"
import { useText } from "../text/Language.tsx"

/** Longer than any browser says of itself, so that one line of it is enough. */
const shownMost = 120

export const Security = () => {
  const { t, time } = useText()
  const client = useClient()
  const refresh = usePlayerRefresh()
  const tell = useTell()
  const sessions = usePlayerQuery("sessions", () => client.auth.sessions())
  return (
    <Screen title={t.security.title} up="/account">
      <section className="panel" aria-labelledby="password-title">
        <h2 id="password-title">{t.security.password}</h2>
        <Form
          label={t.security.change}
          onSend={async (values, form) => {
            await client.auth.changePassword(values("current"), values("password"))
            await refresh()
            form.reset()
            tell(t.security.changed, "good")
          }}
        >
          <PasswordField label={t.account.current} name="current" autoComplete="current-password" maxLength={256} />
          <PasswordField
            label={t.security.newPassword}
            hint={t.sign.passwordHint}
            name="password"
            minLength={10}
            maxLength={256}
            autoComplete="new-password"
          />
        </Form>
      </section>
      <section className="panel" aria-labelledby="devices-title">
        <h2 id="devices-title">{t.security.devices}</h2>
        <Asked of={sessions}>
          {(items) => (
            <ul className="devices" role="list">
              {items.map(({ current, id, lastUsedAt, userAgent }) => (
                <li key={id}>
                  <p>
                    <strong>{current ? t.security.thisDevice : null}</strong>{" "}
                    <span className="agent">{userAgent?.slice(0, shownMost) ?? t.security.unknown}</span>
                  </p>
                  <p className="quiet">{t.security.lastUsed(time(lastUsedAt))}</p>
                  {current ? null : (
                    <Form
                      label={t.security.end}
                      tone="plain"
                      onSend={async () => {
                        await client.auth.endSession(id)
                        await refresh()
                        tell(t.security.ended)
                      }}
                    />
                  )}
                </li>
              ))}
            </ul>
          )}
        </Asked>
        <Form
          label={t.security.everywhere}
          tone="plain"
          onSend={async () => {
            await client.auth.signOutEverywhere()
            tell(t.sign.isOut)
            go("/")
          }}
        />
      </section>
    </Screen>
  )
}
