/* A 3x3 conv of 4 to 16 channels in two tiles of four output rows. Each tile needs a row of its neighbour, too. */
#include "check.h"
static s8 image[4 * 8 * 16], weights[CONV_BYTES(4, 16, 3, 3)], output[16 * 8 * 16];
static void tile(uint32_t first_row, uint32_t rows, uint32_t padding, uint32_t y) {
  for (uint32_t c = 0; c < 4; c++) to_l1(image + c * 8 * 16 + first_row * 16, c * 5 * 16, rows * 16);
  conv((struct conv){0, 0x4000, 4, 16, 16, 5, 3, 3, 16, 4, padding, 4}, weights, sizeof weights);
  for (uint32_t k = 0; k < 16; k++) to_l2(output + k * 8 * 16 + y * 16, 0x4000 + k * 4 * 16, 4 * 16);
}
int main(void) {
  fill(image, sizeof image, 1);
  fill_weights(weights, 4, 16, 9, 4, 16);
  tile(0, 6, 0x0101, 0);
  tile(4, 4, 0x1001, 4); /* rows 3 to 7 are needed */
  return compare(output, image, weights, 4, 3, 8);
}
