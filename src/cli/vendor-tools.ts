/** What is done with vendor files, loaded together: each set of commands that shares modules is one more file for a gateway to read. */
export { vendorCheck } from './vendor-check.ts';
export { vendorNew } from './vendor-new/vendor-new.ts';
export { vendorTest } from './vendor-test.ts';
