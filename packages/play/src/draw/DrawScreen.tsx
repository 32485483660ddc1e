/** A draw of any day. */
import { useEffect } from "react"
import { Asked } from "../app/Asked.tsx"
import { go } from "../app/Router.tsx"
import { Screen } from "../app/Screen.tsx"
import { useText } from "../text/Language.tsx"
import { Midnight, useDrawOf } from "./Midnight.tsx"

const Home = () => {
  useEffect(() => go("/", { replace: true }), [])
  return null
}

export const DrawScreen = ({ date }: { readonly date: string }) => {
  const { day, t } = useText()
  const draw = useDrawOf(null, date)
  return (
    <Screen
      title={/^\d{4}-\d{2}-\d{2}$/.test(date) ? t.draw.day(day(date)) : t.notFound.title}
      up="/"
      isTitleUnseen={draw.data !== undefined}
    >
      <Asked of={draw}>
        {(draw) =>
          draw.status === "open" || draw.status === "scheduled"
            ? <Home />
            : <Midnight drawId={draw.id} drawDate={date} known={draw} />}
      </Asked>
    </Screen>
  )
}
