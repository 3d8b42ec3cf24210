// The windows of signal processing: f32[length], or the dtype of the options.
#pragma once

#include "dsl/tensor.h"

namespace lithe {

// A periodic window is one point short of a symmetric one: pieces that overlap add up evenly.
// Errors: <window>.length. Source: Harris, "On the use of windows for harmonic analysis with the
// discrete Fourier transform", Proceedings of the IEEE 66(1), 1978.

/// 0.5 - 0.5 cos(2 pi n / N)
Tensor hann_window(int64_t length, bool periodic = true, const TensorOptions& options = {});
/// 0.54 - 0.46 cos(2 pi n / N)
Tensor hamming_window(int64_t length, bool periodic = true, const TensorOptions& options = {});
/// alpha - beta cos(2 pi n / N)
Tensor hamming_window(int64_t length, bool periodic, double alpha, double beta,
                      const TensorOptions& options = {});
inline Tensor hamming_window(int64_t length, bool periodic, double alpha,
                             const TensorOptions& options = {}) {
    return hamming_window(length, periodic, alpha, 0.46, options);
}
/// 0.42 - 0.5 cos(2 pi n / N) + 0.08 cos(4 pi n / N)
Tensor blackman_window(int64_t length, bool periodic = true, const TensorOptions& options = {});
/// 1 - |2 n / N - 1|
Tensor bartlett_window(int64_t length, bool periodic = true, const TensorOptions& options = {});

inline Tensor hann_window(int64_t length, const TensorOptions& options) {
    return hann_window(length, true, options);
}
inline Tensor hamming_window(int64_t length, const TensorOptions& options) {
    return hamming_window(length, true, options);
}
inline Tensor blackman_window(int64_t length, const TensorOptions& options) {
    return blackman_window(length, true, options);
}
inline Tensor bartlett_window(int64_t length, const TensorOptions& options) {
    return bartlett_window(length, true, options);
}

}  // namespace lithe
