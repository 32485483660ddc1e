# A server, or any command of `ddd`: docs/operations/deploy.md, "Containers".
# syntax=docker/dockerfile:1

FROM node:24.21.0-bookworm-slim AS build
WORKDIR /opt/ddd
COPY . .
# builds the pages, then leaves what runs
RUN node scripts/production.mjs

FROM debian:bookworm-slim
# pg_dump and pg_restore, for `ddd backup` and `ddd restore` on a server of this version or before
RUN apt-get update \
  && apt-get install --yes --no-install-recommends ca-certificates postgresql-client \
  && rm -rf /var/lib/apt/lists/* \
  && groupadd --gid 10001 ddd \
  && useradd --uid 10001 --gid ddd --home-dir /var/lib/ddd --no-create-home --shell /usr/sbin/nologin ddd \
  && install --directory --owner=ddd --group=ddd --mode=700 /var/lib/ddd /var/backups/ddd
COPY --from=build /opt/ddd /opt/ddd
# glibc keeps memory that was given back, in eight pools for each core; with two a server takes 180 MB less
ENV NODE_ENV=production \
  MALLOC_ARENA_MAX=2 \
  PROOF_DIR=/var/lib/ddd/proof \
  PATH=/opt/ddd/node_modules/.bin:/usr/local/bin:/usr/bin:/bin
USER ddd
WORKDIR /var/lib/ddd
# what was acknowledged is remembered here: a disk that is not put back together with the database
VOLUME /var/lib/ddd
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=90s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:' + (process.env.PORT || 8080) + '/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "/opt/ddd/packaging/bin/ddd"]
CMD ["serve"]
