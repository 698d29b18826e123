/** The value of an operator's attribute, as in Relay. Nested lists occur in `nn.pad`'s pad_width. */
export type AttrValue = number | string | boolean | null | readonly number[] | readonly (readonly number[])[];
/** Attributes by Relay's names. */
export type Attrs = Readonly<Record<string, AttrValue>>;
