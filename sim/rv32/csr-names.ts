/** The control and status registers that the core implements; all others read 0 and ignore writes. Source: RI5CY. */
export const CSR = {
  uhartid: 0x014,
  mstatus: 0x300,
  misa: 0x301,
  mtvec: 0x305,
  mscratch: 0x340,
  mepc: 0x341,
  mcause: 0x342,
  pccr0: 0x780,
  pccrAll: 0x79f,
  pcerOld: 0x7a0,
  pcmrOld: 0x7a1,
  lpstart0: 0x7c0,
  lpend0: 0x7c1,
  lpcount0: 0x7c2,
  lpstart1: 0x7c4,
  lpend1: 0x7c5,
  lpcount1: 0x7c6,
  stackCheckEnable: 0x7d0,
  stackBase: 0x7d1,
  stackEnd: 0x7d2,
  pcerAlias: 0x7e0,
  pcmrAlias: 0x7e1,
  privilege: 0xc10,
  pcer: 0xcc0,
  pcmr: 0xcc1,
  mhartid: 0xf14,
} as const;

const names = new Map<number, string>(Object.entries(CSR).map(([name, number]) => [number, name]));

/** "mstatus", or "0x7b0" for a number without a name here. */
export function csrName(number: number): string {
  const isCounter = number >= CSR.pccr0 && number < CSR.pccrAll;
  if (isCounter) return `pccr${number - CSR.pccr0}`;
  return names.get(number) ?? `0x${number.toString(16)}`;
}
