# syntax=docker/dockerfile:1

# One image for every part of the service; SERVICE says which part a container is. See docs/decisions/019-delivery.md.
FROM node:24.11-alpine3.22 AS base
WORKDIR /app
COPY package.json package-lock.json ./

FROM base AS build
# No package needs its install script: native ones bring ready binaries, for musl too (tests/unit/delivery).
RUN --mount=type=cache,target=/root/.npm npm ci --ignore-scripts --no-audit --no-fund
COPY . .
RUN npm run build

FROM base AS dependencies
RUN --mount=type=cache,target=/root/.npm npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24.11-alpine3.22
# Process 1 has to pass signals on and bury orphans; Node does neither there.
RUN apk add --no-cache tini~=0.19
WORKDIR /app
ENV NODE_ENV=production
COPY --from=dependencies /app/package.json ./
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# The user `node`, by number: a cluster that asks for runAsNonRoot cannot see that a name is not root's.
USER 1000
EXPOSE 3000 8080
# The port is the one that the service picks: PORT, else what goes with SERVICE. The image has no curl.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
  CMD ["node", "-e", "const {PORT,SERVICE}=process.env;fetch(`http://127.0.0.1:${PORT||(SERVICE==='orders'?8080:3000)}/healthz`).then(({ok})=>process.exit(ok?0:1),()=>process.exit(1))"]
ENTRYPOINT ["/sbin/tini", "--"]
CMD ["node", "dist/server.js"]
