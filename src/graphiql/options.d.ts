/** Written by the gateway when it starts. */
export const OPTIONS: Readonly<Record<string, unknown>> & { readonly headers?: string };
