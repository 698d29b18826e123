/* A conv of 3 to 16 channels. The driver rounds the channels up to 16, as it does for every layer; the weights are laid out for 3. */
#include "check.h"
static s8 image[3 * 8 * 16], weights[CONV_BYTES(3, 16, 3, 3)], output[16 * 8 * 16];
int main(void) {
  const uint32_t rounded = (3 + 15) / 16 * 16;
  fill(image, sizeof image, 1);
  fill_weights(weights, 3, 16, 9, 3, 16);
  to_l1(image, 0, rounded * 8 * 16);
  conv((struct conv){0, 0x4000, rounded, 16, 16, 8, 3, 3, 16, 8, 0x1101, 4}, weights, sizeof weights);
  to_l2(output, 0x4000, sizeof output);
  return compare(output, image, weights, 3, 3, 8);
}
