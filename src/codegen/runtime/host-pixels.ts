/** codegen/host/include/host_pixels.h: between planes and the analog core's pixels of channels. */
export const HOST_PIXELS_H = `/* Between planes of a channel each and pixels of channels, as the analog core reads them. A pixel is whole words; of the
 * four channels of a word the first is the most significant byte where words are reversed, the least where not. */
#ifndef HOST_PIXELS_H
#define HOST_PIXELS_H

#include <stdint.h>

/* Where channel i of a word lies. */
static inline uint32_t host_pixel_shift(int32_t i, int32_t reversed) {
  return (uint32_t)(reversed ? 24 - 8 * i : 8 * i);
}

/* One pixel of padded channels, those behind the planes 0. stride: bytes from plane to plane. */
static inline void host_gather_pixel(int8_t *pixel, const int8_t *plane, int32_t stride, int32_t channels, int32_t padded,
                                     int32_t reversed) {
  uint32_t *const words = (uint32_t *)(void *)pixel;
  int32_t word = 0;
  for (; word < channels / 4; ++word, plane += 4 * stride) {
    uint32_t value = 0;
    for (int32_t i = 0; i < 4; ++i) value |= (uint32_t)(uint8_t)plane[i * stride] << host_pixel_shift(i, reversed);
    words[word] = value;
  }
  if (channels % 4 != 0) {
    uint32_t value = 0;
    for (int32_t i = 0; i < channels % 4; ++i)
      value |= (uint32_t)(uint8_t)plane[i * stride] << host_pixel_shift(i, reversed);
    words[word++] = value;
  }
  for (; word < padded / 4; ++word) words[word] = 0;
}

/* The channels of one pixel to their planes. */
static inline void host_scatter_pixel(int8_t *plane, const int8_t *pixel, int32_t stride, int32_t channels,
                                      int32_t reversed) {
  const uint32_t *const words = (const uint32_t *)(const void *)pixel;
  int32_t word = 0;
  for (; word < channels / 4; ++word, plane += 4 * stride) {
    const uint32_t value = words[word];
    for (int32_t i = 0; i < 4; ++i) plane[i * stride] = (int8_t)(value >> host_pixel_shift(i, reversed));
  }
  for (int32_t i = 0; i < channels % 4; ++i)
    plane[i * stride] = (int8_t)(words[word] >> host_pixel_shift(i, reversed));
}

#endif
`;
