# codex-hotline as a container: docs/how-to/docker.md says how to run it, and what its restart keeps.
ARG NODE_VERSION=24

FROM node:${NODE_VERSION}-bookworm-slim AS base
# git, ssh: for Codex's commands and the service's own diffs. redis-server: for a start without REDIS_URL.
# tini: takes in the processes whose parents have ended.
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates git openssh-client redis-server tini \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /app

FROM base AS build
COPY package.json package-lock.json ./
COPY src/cli/bootstrap.mjs src/cli/bootstrap.mjs
COPY src/cli/bootstrap src/cli/bootstrap
RUN node src/cli/bootstrap.mjs install
COPY . .
RUN node src/cli/bootstrap.mjs build \
  && chmod 755 dist/src/main.js \
  && npm prune --omit=dev --no-audit --no-fund \
  && rm -rf .cache

FROM base AS runtime
# The user's number: that of whoever owns the mounted projects.
ARG HOTLINE_UID=1000
RUN if [ "${HOTLINE_UID}" != 1000 ]; then usermod --uid "${HOTLINE_UID}" node; fi \
  && install -d -o node -m 0700 /data /codex \
  && install -d -o node /projects /etc/codex-hotline \
  && ln -s /app/dist/src/main.js /usr/local/bin/hotline \
  && ln -s /app/node_modules/.bin/codex /usr/local/bin/codex
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
COPY config/container.yaml /etc/codex-hotline/hotline.yaml
# Not /data itself: the service keeps folders beside its own as well (the project of the demo model).
ENV NODE_ENV=production \
  HOTLINE_CONFIG=/etc/codex-hotline/hotline.yaml \
  HOTLINE_DATA_DIR=/data/hotline \
  CODEX_HOME=/codex
USER node
VOLUME ["/data", "/codex", "/projects"]
EXPOSE 8420
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:8420/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# -s: it takes in orphans even when the engine puts an init of its own before it.
ENTRYPOINT ["tini", "-s", "--"]
CMD ["node", "--max-semi-space-size=2", "dist/src/main.js", "start"]
