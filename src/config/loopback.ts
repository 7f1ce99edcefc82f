export { isLoopbackHost } from '../yaml/loopback.ts';
