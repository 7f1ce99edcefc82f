/** The vendors' stand-ins, for front-end work and tests: nothing of a gateway in production loads them. */

export { chooseMounts } from './choose-mounts.ts';
export { createDemoOrder } from './demo-order.ts';
export { describeSimulators, runSimulate, type SimulateArguments } from './run.ts';
export { type Simulators, startSimulators } from './server.ts';
export { type TestResult, testVendor } from './test-vendor.ts';
