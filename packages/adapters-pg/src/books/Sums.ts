/** What several checks add up: subqueries, each with the name that it is joined by. */

/** What each named account holds: the other side of all movements, as `a`. */
export const accounts =
  "(SELECT counter_account AS name, -sum(amount) AS balance FROM transactions GROUP BY counter_account) a"

/** How many tickets each draw has, counted, as `e`. */
export const entries = "(SELECT draw_id, count(*) AS tickets FROM tickets GROUP BY draw_id) e"
