-- The plan's columns that follow from others.

-- `status` and `prize_amount` of a ticket follow from its draw: settling ten million tickets costs what settling ten does.
CREATE VIEW tickets_with_result AS
  SELECT t.*,
    CASE WHEN d.status <> 'drawn' THEN 'active' WHEN t.position = d.winning_position THEN 'won' ELSE 'lost' END::varchar(20)
      AS status,
    CASE WHEN d.status = 'drawn' AND t.position = d.winning_position THEN d.prize_pool END::decimal(12,2) AS prize_amount,
    d.draw_date
  FROM tickets t JOIN draws d ON d.id = t.draw_id;

CREATE VIEW lobbies_with_draw AS
  SELECT l.id, l.code, l.name, l.host_id,
    CASE
      WHEN d.status = 'void' THEN 'closed'
      WHEN d.status IN ('locked', 'drawn') THEN d.status
      WHEN (SELECT count(*) FROM lobby_members m WHERE m.lobby_id = l.id) > 1 THEN 'open'
      ELSE 'waiting'
    END::varchar(20) AS status,
    d.prize_pool, l.max_participants, d.seed AS draw_seed, t.user_id AS winner_id, l.created_at
  FROM lobbies l
  JOIN draws d ON d.id = l.id
  LEFT JOIN tickets t ON t.draw_id = d.id AND t.position = d.winning_position;

CREATE VIEW lobby_members_with_ticket AS
  SELECT m.id, m.lobby_id, m.user_id, t.id IS NOT NULL AS has_ticket, t.position AS ticket_position, t.ticket_hash,
    m.joined_at
  FROM lobby_members m LEFT JOIN tickets t ON t.draw_id = m.lobby_id AND t.user_id = m.user_id;

-- What every named account holds: the other side of all movements.
CREATE VIEW accounts AS
  SELECT counter_account AS name, -sum(amount) AS balance FROM transactions GROUP BY counter_account;
