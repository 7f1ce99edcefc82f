import type { Secrets } from '../../../src/telemetry/secrets.ts';
import type { Sweep } from './sweep.ts';

/** Every secret that a gateway comes to know is one that must not be found outside. */
export function tapSecrets(secrets: Secrets, sweep: () => Sweep): Secrets {
  return {
    mask: (text) => secrets.mask(text),
    add(secret) {
      sweep().addSecret('a configured secret', secret);
      secrets.add(secret);
    },
    addPassing(secret) {
      sweep().addSecret('a token or signed link', secret);
      secrets.addPassing(secret);
    },
  };
}
