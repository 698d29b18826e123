/* What the debugging examples share: the right result, computed on the host, and a comparison that prints the first difference. */
#include "../accelerator.h"
/* Output element (k, y, x) of a conv with zero padding to the same size, the tensor and the weights as the core has them. */
static s8 right(const s8 *tensor, const s8 *weights, uint32_t channels, int kernel, int rows, int pitch, int k, int y, int x) {
  int32_t total = 0;
  const uint32_t taps = channels * kernel * kernel;
  for (uint32_t tap = 0; tap < taps; tap++) {
    int row = y + (int)(tap / kernel) % kernel - kernel / 2, column = x + (int)tap % kernel - kernel / 2;
    if (row < 0 || row >= rows || column < 0 || column >= pitch) continue;
    uint32_t e = (tap / (kernel * kernel) * rows + row) * pitch + column;
    total += tensor[e ^ 3] * weights[(tap * 16 + k) ^ 3];
  }
  for (int plane = 0; plane < 4; plane++) total += (int32_t)((uint32_t)(uint8_t)weights[((taps + plane) * 16 + k) ^ 3] << (8 * plane));
  total >>= 4;
  return (s8)(total > 127 ? 127 : total < -128 ? -128 : total);
}
static int compare(const s8 *out, const s8 *tensor, const s8 *weights, uint32_t channels, int kernel, int rows) {
  int wrong = 0;
  for (int k = 0; k < 16; k++)
    for (int y = 0; y < rows; y++)
      for (int x = 0; x < 16; x++) {
        s8 is = out[((k * rows + y) * 16 + x) ^ 3], should = right(tensor, weights, channels, kernel, rows, 16, k, y, x);
        if (is == should) continue;
        if (wrong++ > 0) continue;
        print("first wrong: channel "); print_signed(k); print(" row "); print_signed(y); print(" column "); print_signed(x);
        print(" is "); print_signed(is); print(", should be "); print_signed(should); put('\n');
      }
  print_signed(wrong); print(" of "); print_signed(16 * rows * 16); print(" elements wrong\n");
  return wrong != 0;
}
