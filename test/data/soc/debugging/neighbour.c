/* A conv whose result is 10 columns wide. The accelerator's rows are 16 wide; the host's buffer was made for 10. */
#include "check.h"
static s8 image[4 * 8 * 16], weights[CONV_BYTES(4, 16, 3, 3)];
static struct { s8 output[16 * 8 * 10]; s8 labels[32]; } results __attribute__((aligned(32)));
static s8 *const output = results.output;
int main(void) {
  for (int i = 0; i < 32; i++) results.labels[i] = (s8)i;
  fill(image, sizeof image, 1);
  fill_weights(weights, 4, 16, 9, 4, 16);
  to_l1(image, 0, sizeof image);
  conv((struct conv){0, 0x4000, 4, 16, 16, 8, 3, 3, 16, 8, 0x1161, 4}, weights, sizeof weights);
  to_l2(output, 0x4000, 16 * 8 * 16);
  for (int i = 0; i < 32; i++)
    if (results.labels[i] != i) { print("label "); print_signed(i); print(" is "); print_signed(results.labels[i]); put('\n'); return 1; }
  return 0;
}
