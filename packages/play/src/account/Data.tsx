/** Everything that is kept about the player, to take along or to end. */
import { Form, PasswordField } from "../app/Form.tsx"
import { go } from "../app/Router.tsx"
import { saveAs } from "../app/Saving.ts"
import { Screen } from "../app/Screen.tsx"
import { useTell } from "../app/Toasts.tsx"
import { useClient } from "../server/Player.ts"
import { useText } from "../text/Language.tsx"

export const Data = () => {
  const { t } = useText()
  const client = useClient()
  const tell = useTell()
  return (
    <Screen title={t.data.title} up="/account">
      <section className="panel" aria-labelledby="export-title">
        <h2 id="export-title">{t.data.export}</h2>
        <p>{t.data.exportText}</p>
        <Form
          label={t.data.export}
          busyLabel={t.data.exporting}
          onSend={async () => saveAs("daily-dollar-draw.json", "application/json", await client.user.exportData())}
        />
      </section>
      <section className="panel" aria-labelledby="delete-title">
        <h2 id="delete-title">{t.data.delete}</h2>
        <p>{t.data.deleteText}</p>
        <Form
          label={t.data.deleteButton}
          sure={t.data.deleteSure}
          tone="bad"
          onSend={async (values) => {
            await client.user.erase(values("password"))
            tell(t.data.deleted)
            go("/")
          }}
        >
          <PasswordField label={t.account.current} name="password" autoComplete="current-password" maxLength={256} />
        </Form>
      </section>
    </Screen>
  )
}
