import { defineConfig } from '@graphql-mesh/compose-cli';
import { loadOpenAPISubgraph } from '@omnigraph/openapi';

/**
 * What `supergraph.graphql` was composed with: `npx mesh-compose -o supergraph.graphql`, with the packages
 * `@graphql-mesh/compose-cli` 1.8 and `@omnigraph/openapi` 0.112, which nothing else here needs.
 */
export const composeConfig = defineConfig({
  subgraphs: [
    {
      sourceHandler: loadOpenAPISubgraph('vendors', {
        source: './openapi.json',
        endpoint: '{env.VENDOR_URL}',
      }),
    },
  ],
});
