import { describe, expect, it } from 'vitest';
import { runElf } from '../../sim/soc/run-elf.js';
import { compileC, dataFile, gccPresent } from './toolchain.js';

/**
 * The steps of dory-hal's boot_diana as plain register writes: pads to GPIO, every pin but 18 an output, pin 17 high, the analog core's boot job,
 * pin 17 low, a wait for pin 18. `job` are the writes between the pins.
 */
const boot = (job: string): string => `${dataFile('soc.h')}
#define GPIO(o) REG(0x1A101000 + (o))
#define ANALOG(o) REG(0x1A10D000 + (o))
static uint32_t instructions[32] __attribute__((aligned(16))) = {
  0x3f, 0x8000000, 0, 0x400000, 0x20200, 0x70002, 0x20011, 0x10002, 1, 0x20050001, 0x100ffff, 0xf000, 0x9000084, 0, 0, 0,
  0x3f, 0, 0, 0, 0, 0x70000, 0, 0x10000, 1, 0x50001, 0x10a0001, 0xf001, 0x84, 0, 0, 0 };
static uint32_t configuration[16] __attribute__((aligned(16))) = { 0x1000000, 0x01010001 };
int main(void) {
  for (int i = 0; i < 4; i++) REG(0x1A104010 + 4 * i) = 0x55555555;
  for (int pin = 0; pin < 32; pin++) {
    GPIO(4) |= 1u << pin;
    GPIO(0) = pin == 18 ? GPIO(0) & ~(1u << pin) : GPIO(0) | 1u << pin;
  }
  GPIO(12) |= 1u << 17;
  print_unsigned(GPIO(8) >> 17 & 3);
  ${job}
  while (ANALOG(12) != 0) {}
  GPIO(12) &= ~(1u << 17);
  while ((GPIO(8) >> 18 & 1) == 0) {}
  print_unsigned(GPIO(8) >> 17 & 3);
  return 0;
}`;

describe.skipIf(!gccPresent)('the boot of the analog core on the SoC', () => {
  it('raises pin 18, whatever the program drives there', () => {
    const job = `
      ANALOG(0x6c) = 0; ANALOG(0x58) = (uint32_t)configuration; ANALOG(0x5c) = 16;
      ANALOG(0x48) = (uint32_t)instructions; ANALOG(0x4c) = 32;
      ANALOG(0x40) = 0; ANALOG(0x44) = 0; ANALOG(0x54) = 0; ANALOG(0x68) = 0; ANALOG(0) = 0;`;
    const { stdout, exitStatus, jobs } = runElf(compileC(boot(job)), { maxCycles: 1_000_000 });
    // Before: pin 17 high, pin 18 low. After: the other way round.
    expect([stdout, exitStatus, jobs.map((j) => [j.core, j.report.kind])]).toEqual([
      '12',
      0,
      [['analog', 'boot']],
    ]);
  });

  it('is waited for in vain without the job', () =>
    expect(() => runElf(compileC(boot('')), { maxCycles: 100_000 })).toThrow(
      /cycles until the program's exit \(it is at 0x[0-9a-f]+ <main\+0x[0-9a-f]+>\)/,
    ));
});
