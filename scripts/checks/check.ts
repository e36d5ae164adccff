/** A check looks at the whole repository and returns what is wrong, one text for each problem; empty means good. */
export type Check = () => Promise<readonly string[]>;
