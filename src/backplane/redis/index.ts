/* What is loaded where Redis is configured. */
export { openRedis } from '../../redis/connection.ts';
export { SharedClock } from '../shared-clock.ts';
export { partitionOf } from './partition.ts';
export { RedisBackplane } from './redis-backplane.ts';
export { ServerWatch } from './server-watch.ts';
