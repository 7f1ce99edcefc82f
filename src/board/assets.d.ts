/** What the bundler takes beside code. */
declare module '*.css';
declare module '*.svg' {
  /** The path under which it is served. */
  const path: string;
  export default path;
}
