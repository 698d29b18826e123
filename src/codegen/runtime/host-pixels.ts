/** codegen/host/include/host_pixels.h: between planes and the analog core's pixels of channels. */
export const HOST_PIXELS_H = `/* Between planes of a channel each and pixels of channels, as the analog core reads them. A pixel is whole words; of the
 * four channels of a word the first is the most significant byte where words are reversed, the least where not; of the four
 * columns of a plane's word likewise. */
#ifndef HOST_PIXELS_H
#define HOST_PIXELS_H

#include <stdint.h>

/* A square of four words: byte i of word k becomes byte k of word i. */
#define HOST_TURN(a, b, c, d) \\
  { \\
    const uint32_t ab_even = (a & 0xff00ff00u) | ((b >> 8) & 0x00ff00ffu); \\
    const uint32_t ab_odd = ((a << 8) & 0xff00ff00u) | (b & 0x00ff00ffu); \\
    const uint32_t cd_even = (c & 0xff00ff00u) | ((d >> 8) & 0x00ff00ffu); \\
    const uint32_t cd_odd = ((c << 8) & 0xff00ff00u) | (d & 0x00ff00ffu); \\
    a = (ab_even & 0xffff0000u) | (cd_even >> 16); \\
    b = (ab_odd & 0xffff0000u) | (cd_odd >> 16); \\
    c = (ab_even << 16) | (cd_even & 0x0000ffffu); \\
    d = (ab_odd << 16) | (cd_odd & 0x0000ffffu); \\
  }

static inline int host_on_word(const int8_t *at) { return ((uintptr_t)at & 3) == 0; }
static inline uint32_t host_word(const int8_t *at) { return *(const uint32_t *)(const void *)at; }
static inline void host_put(int8_t *at, uint32_t word) { *(uint32_t *)(void *)at = word; }

/* Where channel i of a word lies. */
static inline uint32_t host_pixel_shift(int32_t i, int32_t flip_pixels) {
  return (uint32_t)(flip_pixels ? 8 * i : 24 - 8 * i);
}

/* One pixel of planes that begin anywhere: whoever runs the network may give its tensors any address. Channels up to padded become 0. */
static inline void host_gather_pixel(int8_t *pixel, const int8_t *plane, int32_t stride, int32_t channels, int32_t padded,
                                     int32_t flip_pixels) {
  int32_t at = 0;
  for (; at + 4 <= channels; at += 4, plane += 4 * stride) {
    uint32_t value = 0;
    for (int32_t i = 0; i < 4; ++i) value |= (uint32_t)(uint8_t)plane[i * stride] << host_pixel_shift(i, flip_pixels);
    host_put(pixel + at, value);
  }
  if (at < channels) {
    uint32_t value = 0;
    for (int32_t i = 0; i < channels - at; ++i)
      value |= (uint32_t)(uint8_t)plane[i * stride] << host_pixel_shift(i, flip_pixels);
    host_put(pixel + at, value);
    at += 4;
  }
  for (; at < padded; at += 4) host_put(pixel + at, 0);
}

/* The channels of one pixel to their planes, which begin anywhere. */
static inline void host_scatter_pixel(int8_t *plane, const int8_t *pixel, int32_t stride, int32_t channels,
                                      int32_t flip_pixels) {
  int32_t at = 0;
  for (; at + 4 <= channels; at += 4, plane += 4 * stride) {
    const uint32_t value = host_word(pixel + at);
    for (int32_t i = 0; i < 4; ++i) plane[i * stride] = (int8_t)(value >> host_pixel_shift(i, flip_pixels));
  }
  for (int32_t i = 0; i < channels - at; ++i)
    plane[i * stride] = (int8_t)(host_word(pixel + at) >> host_pixel_shift(i, flip_pixels));
}

/* Channels of up to four pixels that lie side by side: words of four planes each become words of the pixels. Pixels that are
 * one too many are the first one, which is written last. flip_planes: the first column is the least significant byte. */
static inline void host_planes_column(int8_t *p, int8_t *q, int8_t *r, int8_t *s, const int8_t *plane, int32_t stride,
                                      int32_t channels, int32_t flip_planes, int32_t flip_pixels) {
  for (; channels > 0; channels -= 4, plane += 4 * stride, p += 4, q += 4, r += 4, s += 4) {
    const uint32_t first = host_word(plane);
    const uint32_t second = channels > 1 ? host_word(plane + stride) : 0;
    const uint32_t third = channels > 2 ? host_word(plane + 2 * stride) : 0;
    const uint32_t fourth = channels > 3 ? host_word(plane + 3 * stride) : 0;
    uint32_t a = flip_pixels ? fourth : first, b = flip_pixels ? third : second;
    uint32_t c = flip_pixels ? second : third, d = flip_pixels ? first : fourth;
    HOST_TURN(a, b, c, d)
    host_put(s, flip_planes ? a : d);
    host_put(r, flip_planes ? b : c);
    host_put(q, flip_planes ? c : b);
    host_put(p, flip_planes ? d : a);
  }
}

/* Pixels of channels, bytes apart, of planes that begin on words, stride bytes apart; channels up to padded become 0. */
static inline void host_planes_to_pixels(int8_t *pixel, int32_t bytes, const int8_t *plane, int32_t stride, int32_t pixels,
                                         int32_t channels, int32_t padded, int32_t flip_planes, int32_t flip_pixels) {
  const int32_t used = (channels + 3) & ~3;
  const int32_t whole = channels & ~3;
  for (int32_t left = pixels; left > 0; left -= 4, pixel += 4 * bytes, plane += 4) {
    int8_t *const q = left > 1 ? pixel + bytes : pixel;
    int8_t *const r = left > 2 ? pixel + 2 * bytes : pixel;
    int8_t *const s = left > 3 ? pixel + 3 * bytes : pixel;
    if (left > 3)
      host_planes_column(pixel, pixel + bytes, pixel + 2 * bytes, pixel + 3 * bytes, plane, stride, whole, flip_planes,
                         flip_pixels);
    else
      host_planes_column(pixel, q, r, s, plane, stride, whole, flip_planes, flip_pixels);
    if (whole < channels)
      host_planes_column(pixel + whole, q + whole, r + whole, s + whole, plane + whole * stride, stride,
                         channels - whole, flip_planes, flip_pixels);
    for (int32_t i = used; i < padded; i += 4) {
      host_put(pixel + i, 0), host_put(q + i, 0);
      host_put(r + i, 0), host_put(s + i, 0);
    }
  }
}

/* The other way: words of up to four pixels become a word of each plane, in which columns that are too many become 0. */
static inline void host_pixels_column(int8_t *plane, int32_t stride, const int8_t *pixel, int32_t bytes, int32_t pixels,
                                      int32_t channels, int32_t flip_planes, int32_t flip_pixels) {
  const int8_t *const q = pixels > 1 ? pixel + bytes : pixel, *const r = pixels > 2 ? pixel + 2 * bytes : pixel;
  const int8_t *const s = pixels > 3 ? pixel + 3 * bytes : pixel;
  const uint32_t in_q = pixels > 1 ? ~0u : 0, in_r = pixels > 2 ? ~0u : 0, in_s = pixels > 3 ? ~0u : 0;
  for (int32_t i = 0; i < channels; i += 4, plane += 4 * stride) {
    const uint32_t first = host_word(pixel + i), second = host_word(q + i) & in_q;
    const uint32_t third = host_word(r + i) & in_r, fourth = host_word(s + i) & in_s;
    uint32_t a = flip_planes ? fourth : first, b = flip_planes ? third : second;
    uint32_t c = flip_planes ? second : third, d = flip_planes ? first : fourth;
    HOST_TURN(a, b, c, d)
    host_put(plane, flip_pixels ? d : a);
    if (channels - i > 1) host_put(plane + stride, flip_pixels ? c : b);
    if (channels - i > 2) host_put(plane + 2 * stride, flip_pixels ? b : c);
    if (channels - i > 3) host_put(plane + 3 * stride, flip_pixels ? a : d);
  }
}

static inline void host_pixels_to_planes(int8_t *plane, int32_t stride, const int8_t *pixel, int32_t bytes, int32_t pixels,
                                         int32_t channels, int32_t flip_planes, int32_t flip_pixels) {
  const int32_t whole = channels & ~3;
  for (; pixels > 3; pixels -= 4, pixel += 4 * bytes, plane += 4) {
    host_pixels_column(plane, stride, pixel, bytes, 4, whole, flip_planes, flip_pixels);
    if (whole < channels)
      host_pixels_column(plane + whole * stride, stride, pixel + whole, bytes, 4, channels - whole, flip_planes,
                         flip_pixels);
  }
  if (pixels > 0) host_pixels_column(plane, stride, pixel, bytes, pixels, channels, flip_planes, flip_pixels);
}

/* Words of 0 at the end of rows. */
static inline void host_clear_ends(int8_t *end, int32_t bytes, int32_t pitch, int32_t rows) {
  for (; rows > 0; --rows, end += pitch)
    for (int32_t i = 0; i < bytes; i += 4) host_put(end + i, 0);
}

#endif
`;
