# The gateway alone: no simulators, no compiler, no tests.
FROM node:24-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY . .
RUN npm run build && npm prune --omit=dev

FROM node:24-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist/src dist/src
COPY --from=build /app/bin bin
# Nothing is written at run time: run it with a read-only file system (see compose.yaml).
USER node
EXPOSE 4000
# In a container the gateway must listen on 0.0.0.0; the configuration is mounted at this path.
ENV WAYBILL_CONFIG=/etc/waybill/waybill.yaml
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
  CMD ["node", "-e", "fetch('http://127.0.0.1:4000/ready').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node as process 1 gets SIGTERM itself and drains.
CMD ["node", "dist/src/main.js", "serve"]
