/* Plain drivers of the analog core for test programs, beside accelerator.h: boot, copies of four banks, a 1x1 conv of 4x4 pixels. */
#define ANALOG(o) REG(0x1A10D000 + (o))
#ifndef ANALOG_POLL
#define ANALOG_POLL() while (ANALOG(0x0C)) {}
#endif
static uint32_t boot_configuration[16] __attribute__((aligned(32))) = {0x1000000, 0x1010001};
static uint32_t analog_configuration[16] __attribute__((aligned(32))) = {0x3000000, 0x303001f};
static uint16_t analog_instruction[64] __attribute__((aligned(32)));

static void analog_start(const void *conf, const void *weights, const void *norm) {
  ANALOG(0x6C) = 0; ANALOG(0x58) = (uint32_t)conf; ANALOG(0x5C) = 16; ANALOG(0x48) = (uint32_t)analog_instruction; ANALOG(0x4C) = 32;
  ANALOG(0x40) = (uint32_t)weights; ANALOG(0x44) = (uint32_t)norm; ANALOG(0x54) = 0; ANALOG(0x68) = 0; ANALOG(0) = 0;
}
static void analog_boot(void) { analog_start(boot_configuration, 0, 0); while (ANALOG(0x0C)) {} }
static void banks(uint32_t op, const void *l2, uint32_t l1, uint32_t lines) {
  ANALOG(0x6C) = op; ANALOG(0x70) = (uint32_t)l2; ANALOG(0x78) = l1 / 16; ANALOG(0x7C) = 4; ANALOG(0x80) = lines; ANALOG(0) = 0;
}
static void to_banks(const void *l2, uint32_t l1, uint32_t lines) { banks(4, l2, l1, lines); ANALOG_POLL(); }
static void from_banks(void *l2, uint32_t l1, uint32_t lines) { banks(3, l2, l1, lines); ANALOG_POLL(); }
/* 16 channels to 16; addresses in bytes in each bank. */
static void set_analog(uint32_t in, uint32_t out) {
  volatile uint16_t *w = analog_instruction;
  w[0] = 0x3f; w[2] = in / 16; w[3] = out / 16; w[7] = 16; w[8] = 16; w[9] = 4; w[10] = 4; w[11] = 7; w[12] = 0x11; w[13] = 4; w[14] = 4;
  w[15] = 1; w[16] = 1; w[17] = 0; w[18] = 1; w[19] = 0x2005; w[20] = 0x8000; w[21] = 0x100; w[22] = 0xf000; w[24] = 0x84; w[25] = 32;
  w[32] = 0x3f; w[43] = 7; w[47] = 1; w[50] = 1; w[51] = 5; w[52] = 1; w[53] = 0x10a; w[54] = 0xf001; w[56] = 0x84;
}
/* Stored cells: 288 rows of 128 columns, two planes of bits; the batch norm: 16 factors, 16 addends. */
#define CELL_BYTES (288 * 128 * 2 / 8)
#define NORM_BYTES (16 * 2 * 4)
/* Every cell of the plus plane set. */
static void fill_cells(s8 *cells, uint32_t *norm) {
  for (int line = 0; line < 288 * 2; line++) for (int i = 0; i < 16; i++) cells[16 * line + i] = line % 2 ? 0 : -1;
  for (int k = 0; k < 32; k++) norm[k] = 1;
}
