# docker build -t waybill .                        the gateway alone: no simulators, no compiler, no tests
# docker build -t waybill-demo --target demo .     the demo: the simulated vendors, and a gateway in front of them

FROM node:24-slim AS build
WORKDIR /app
# The packages change less often than the source.
COPY package.json package-lock.json .npmrc ./
COPY packages/client/package.json packages/client/
COPY packages/react/package.json packages/react/
RUN npm ci --ignore-scripts
COPY . .
RUN npm run build

# What cannot be bundled: SQLite's native library.
FROM node:24-slim AS native
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --workspaces=false --ignore-scripts

FROM node:24-slim AS base
ARG VERSION=dev
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Waybill" \
      org.opencontainers.image.description="One GraphQL schema that tells where every vendor's export job is, and pushes each change." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.source="https://github.com/waybill-gateway/waybill" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json /app/LICENSE ./
COPY --from=native /app/node_modules node_modules
COPY --from=build /app/bin bin
COPY --from=build /app/dist/src dist/src
RUN ln -s /app/bin/waybill.js /usr/local/bin/waybill && install -d -o 1000 -g 1000 -m 0700 /var/lib/waybill
# The image's user "node", as a number: Kubernetes can tell then that it is not root.
USER 1000:1000
EXPOSE 4000
# The command reads the port from the gateway's configuration.
HEALTHCHECK --interval=10s --timeout=3s --start-period=15s CMD ["waybill", "health"]
# The gateway is process 1, gets the signal itself, and drains.
STOPSIGNAL SIGTERM
ENTRYPOINT ["waybill"]

FROM base AS demo
COPY --from=build /app/dist/simulator dist/simulator
# The board is at http://localhost:PORT.
CMD ["demo", "--host", "0.0.0.0"]

FROM base AS gateway
# In a container the gateway must listen on 0.0.0.0; the configuration is mounted here.
ENV WAYBILL_CONFIG=/etc/waybill/waybill.yaml
# For store.path. Nothing else is written at run time: run it with a read-only file system (see compose.yaml).
VOLUME /var/lib/waybill
CMD ["serve"]
