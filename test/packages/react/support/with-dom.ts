/** Imported before anything of React: what React finds when it is loaded decides what it can do. */
import { installDom } from './dom.ts';

installDom();
Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });
