-- The only clock in SQL (DESIGN.md, "Tables"). `shift` is zero but where a development clock was set at the first start;
-- `started_as` is the instant asked for then.
CREATE TABLE app_clock (
  singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
  shift interval NOT NULL DEFAULT interval '0',
  started_as timestamptz
);
INSERT INTO app_clock DEFAULT VALUES;

-- Whole milliseconds, cut: the precision that seals, records and answers carry.
CREATE FUNCTION app_now() RETURNS timestamptz
  LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $body$ SELECT date_trunc('milliseconds', clock_timestamp() + (SELECT shift FROM public.app_clock)) $body$;
