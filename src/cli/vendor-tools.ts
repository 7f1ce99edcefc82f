/*
 * What is done with vendor files, loaded together and with the gateway itself, whose modules it needs: each set of commands that shares
 * some modules and not others is one more file for a gateway to read when it starts.
 */
import './serve.ts';

export { vendorCheck } from './vendor-check.ts';
export { vendorNew } from './vendor-new/vendor-new.ts';
export { vendorTest } from './vendor-test.ts';
