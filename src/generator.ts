/** Name and version that every written file carries. Kept equal to package.json by a test. */
export const GENERATOR = 'diana-sim 0.2.0';
