/** The functions of reports/html/script.ts, which the report carries as text. */
declare module 'virtual:report-behaviour' {
  export function layersTables(root: Element): void;
  export function timelines(root: Element): void;
}

/** Names of the built-in networks, so that the page need not load them to list them. */
declare module 'virtual:model-names' {
  export const MODEL_NAMES: readonly string[];
}
