/** The five places, as small drawings in the line of the seal. They say nothing by themselves: a name stands beside each. */
const paths = {
  draw:
    "M12 3v18M16.5 7.2C15.6 5.7 14 5 12 5 9.4 5 7.5 6.3 7.5 8.4c0 4.7 9 2.4 9 7.2 0 2.1-2 3.4-4.5 3.4-2.1 0-3.8-.9-4.7-2.5",
  tickets:
    "M3 8a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2v2a2 2 0 0 0 0 4v2a2 2 0 0 1-2 2H5a2 2 0 0 1-2-2v-2a2 2 0 0 0 0-4zM9 6.5v2M9 11v2M9 15.5v2",
  rooms:
    "M8.5 11.5a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM2.8 19c.4-3 2.7-4.8 5.7-4.8s5.3 1.8 5.7 4.8M15.5 5.7a3 3 0 0 1 0 5.6M17 14.5c2.3.5 3.9 2.1 4.2 4.5",
  wallet: "M4 7.5A2.5 2.5 0 0 1 6.5 5H18v3M4 7.5A2.5 2.5 0 0 0 6.5 10H20v9H6.5A2.5 2.5 0 0 1 4 16.5zM16 14.5h.01",
  account: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 20.5c.6-4 3.6-6 7.5-6s6.9 2 7.5 6"
} as const

export type IconName = keyof typeof paths

export const Icon = ({ name }: { readonly name: IconName }) => (
  <svg className="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d={paths[name]} />
  </svg>
)
