/* The classifier reads its result as soon as it has started the copy. */
#include "check.h"
static s8 image[4 * 8 * 16], weights[CONV_BYTES(4, 16, 3, 3)], output[16 * 8 * 16];
static void start_copy(void *to, uint32_t l1, uint32_t bytes) {
  CORE(0xA0) = 1; CORE(0xA4) = (uint32_t)to; CORE(0xA8) = bytes / 4; CORE(0xAC) = l1 / 16; CORE(0) = 1;
}
static int largest(const s8 *scores) { int best = 0; for (int i = 1; i < 16; i++) if (scores[i ^ 3] > scores[best ^ 3]) best = i; return best; }
int main(void) {
  fill(image, sizeof image, 1);
  fill_weights(weights, 4, 16, 9, 4, 16);
  to_l1(image, 0, sizeof image);
  conv((struct conv){0, 0x4000, 4, 16, 16, 8, 3, 3, 16, 8, 0x1101, 4}, weights, sizeof weights);
  start_copy(output, 0x4000, sizeof output);
  print("class "); print_signed(largest(output)); put('\n');
  return 0;
}
