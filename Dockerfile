# Debian, not Alpine: the Temporal SDK's native core needs glibc.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY tsconfig.json tsconfig.build.json ./
COPY scripts scripts
COPY src src
RUN node scripts/build.mjs
# `npm prune --omit=dev` would take @temporalio/* away, which is a development dependency as well as a peer. Without the
# development dependencies in package.json the peers remain, in the versions of the lock file.
RUN npm pkg delete devDependencies && npm prune --no-audit --no-fund

FROM node:24-bookworm-slim
# The SDK's native core reads the system's certificates, which the slim image does not bring.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates \
 && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/lib lib
USER node
ENTRYPOINT ["node", "lib/cli.js"]
