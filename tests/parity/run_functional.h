#pragma once

// Runners of nn::functional: each sets the options that both the case and the function have.

#include "dsl/functional.h"
#include "tests/parity/run_functions.h"

namespace lithe::tests::parity {

namespace F = nn::functional;

/// Sets what stands in the case's options under the same name.
#define LITHE_IF(type, name)                                       \
    if constexpr (requires { made.name(std::declval<type>()); }) { \
        if (c.has(#name)) made.name(c.o.get<type>(#name));         \
    }
#define LITHE_IF_NUMBER(name)                            \
    if constexpr (requires { made.name(1.0); }) {        \
        if (c.has(#name)) made.name(c.number(#name, 0)); \
    }
#define LITHE_IF_TENSOR(name)                                      \
    if constexpr (requires { made.name(Tensor()); }) {             \
        if (c.tensor(#name).defined()) made.name(c.tensor(#name)); \
    }
#define LITHE_IF_CHOICE(name)                                  \
    if constexpr (requires { made.name(kMean); }) {            \
        if (c.has(#name)) made.name(c.o.choice(#name, kMean)); \
    }

template <class Made>
void set_numbers(const Call& c, Made& made) {
    LITHE_IF_NUMBER(alpha);
    LITHE_IF_NUMBER(negative_slope);
    LITHE_IF_NUMBER(lower);
    LITHE_IF_NUMBER(upper);
    LITHE_IF_NUMBER(beta);
    LITHE_IF_NUMBER(threshold);
    LITHE_IF_NUMBER(value);
    LITHE_IF_NUMBER(min_val);
    LITHE_IF_NUMBER(max_val);
    LITHE_IF_NUMBER(delta);
    LITHE_IF_NUMBER(margin);
    LITHE_IF_NUMBER(p);
    LITHE_IF_NUMBER(eps);
    LITHE_IF_NUMBER(k);
    LITHE_IF_NUMBER(tau);
    LITHE_IF_NUMBER(momentum);
    LITHE_IF_NUMBER(scale);
    LITHE_IF_NUMBER(dropout_p);
    LITHE_IF_NUMBER(label_smoothing);
    if constexpr (requires { made.lambda(1.0); }) {
        if (c.has("lambd")) made.lambda(c.number("lambd", 0));
    }
}

template <class Made>
void set_flags(const Call& c, Made& made) {
    LITHE_IF(bool, hard);
    LITHE_IF(bool, training);
    LITHE_IF(bool, swap);
    LITHE_IF(bool, full);
    LITHE_IF(bool, log_input);
    LITHE_IF(bool, log_target);
    LITHE_IF(bool, zero_infinity);
    LITHE_IF(bool, keepdim);
    LITHE_IF(bool, is_causal);
    LITHE_IF(bool, enable_gqa);
    LITHE_IF(bool, use_input_stats);
    LITHE_IF(bool, ceil_mode);
    LITHE_IF(bool, count_include_pad);
    LITHE_IF(bool, include_last_offset);
    LITHE_IF(bool, scale_grad_by_freq);
    LITHE_IF(bool, align_corners);
    LITHE_IF(bool, recompute_scale_factor);
    LITHE_IF(bool, antialias);
    LITHE_IF(int64_t, dim);
    LITHE_IF(int64_t, groups);
    LITHE_IF(int64_t, ignore_index);
    LITHE_IF(int64_t, blank);
    LITHE_IF(int64_t, padding_idx);
    LITHE_IF(int64_t, divisor_override);
    LITHE_IF(std::string, approximate);
    LITHE_IF_CHOICE(reduction);
    LITHE_IF_CHOICE(mode);
    LITHE_IF_CHOICE(padding_mode);
}

template <class Made>
void set_tensors(const Call& c, Made& made) {
    LITHE_IF_TENSOR(weight);
    LITHE_IF_TENSOR(bias);
    LITHE_IF_TENSOR(pos_weight);
    LITHE_IF_TENSOR(attn_mask);
    LITHE_IF_TENSOR(running_mean);
    LITHE_IF_TENSOR(running_var);
    LITHE_IF_TENSOR(per_sample_weights);
    LITHE_IF_TENSOR(_random_samples);
}

template <class Made>
Made filled(const Call& c, Made made) {
    set_numbers(c, made);
    set_flags(c, made);
    set_tensors(c, made);
    return made;
}

/// Windows: each for `D` axes.
#define LITHE_IF_EACH(name)                                                     \
    if constexpr (requires { made.name(ExpandingArray<D>(1)); }) {              \
        if (c.has(#name) && !c.o.is_word(#name)) made.name(c.o.each<D>(#name)); \
    }
template <size_t D, class Made>
Made windowed(const Call& c, Made made) {
    LITHE_IF_EACH(stride);
    LITHE_IF_EACH(padding);
    LITHE_IF_EACH(dilation);
    LITHE_IF_EACH(output_padding);
    return filled(c, made);
}

#define LITHE_F(name, ...) function("F." #name, [](const Call& c) { return __VA_ARGS__; })

}  // namespace lithe::tests::parity
