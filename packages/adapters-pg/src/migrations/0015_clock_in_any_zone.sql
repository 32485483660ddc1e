-- A development clock's shift is so many seconds, whatever the role's time zone: days of an interval are as long as the zone's, which may
-- put its clocks forward or back in between. Locks no table.
CREATE OR REPLACE FUNCTION app_now() RETURNS timestamptz
  LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp
  AS $body$
    SELECT date_trunc('milliseconds', clock_timestamp() + make_interval(secs => (
      SELECT extract(epoch FROM shift) FROM public.app_clock)::float8))
  $body$;
