#pragma once

// What the layers' files share.

#include <cstdint>
#include <string>

#include "dsl/array.h"
#include "dsl/choice.h"
#include "dsl/ops.h"
#include "dsl/tensor.h"
#include "runtime/error.h"

namespace lithe::nn {

/// A parameter of zeros, to be filled by init.
inline Tensor new_parameter(const Sizes& sizes, DType dtype = DType::f32) {
    Tensor tensor = Tensor::from(Array::zeros(dtype, sizes));
    tensor.requires_grad_();
    return tensor;
}

inline Tensor new_buffer(const Sizes& sizes, double value = 0, DType dtype = DType::f32) {
    return Tensor::from(Array::full(dtype, sizes, value));
}

/// Errors: <layer>.<option>.
inline void check_positive(const char* layer, const char* option, int64_t value,
                           int64_t least = 1) {
    if (value >= least) return;
    throw UserError(std::string(layer) + "." + option,
                    std::string(layer) + ": " + option + " must be at least " +
                        std::to_string(least) + ", got " + std::to_string(value));
}

/// The mode of pad() for a choice. Errors: pad.mode.
inline PadMode pad_mode(Choice choice) {
    check_choice("pad", "mode", choice, {kZeros, kConstant, kReflect, kReplicate, kCircular});
    switch (choice) {
        case Choice::reflect:
            return PadMode::reflect;
        case Choice::replicate:
            return PadMode::replicate;
        case Choice::circular:
            return PadMode::circular;
        default:
            return PadMode::constant;
    }
}

/// The reduction of a loss. The caller has checked the choice.
inline Reduction reduction_of(Choice choice) {
    switch (choice) {
        case Choice::none:
            return Reduction::none;
        case Choice::sum:
            return Reduction::sum;
        case Choice::batch_mean:
            return Reduction::batchmean;
        default:
            return Reduction::mean;
    }
}

/// Errors: <layer>.p.
inline void check_probability(const char* layer, double p) {
    if (p >= 0 && p <= 1) return;
    throw UserError(std::string(layer) + ".p",
                    std::string(layer) +
                        ": dropout probability has to be between 0 and 1, but got " +
                        std::to_string(p));
}

}  // namespace lithe::nn
