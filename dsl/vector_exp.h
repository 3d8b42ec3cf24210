#pragma once

// exp over f32 data in eager mode, several elements at a time.

#include <cstdint>
#include <span>

namespace lithe {

/// y[i] = exp(x[i] - offset), computed in f64 to 2e-9 of its value: far below half an ulp of f32.
/// NaN stays NaN; below -700 the result is 0, above 700 infinite.
void exp_all(const float* x, double offset, double* y, int64_t count);

/// The largest of a row and the sum of the powers of what is less; both NaN where the row has a
/// NaN.
struct RowPowers {
    double largest = 0, total = 0;
};

/// powers[i] = exp(x[i] - largest), what softmax and log_softmax are made of.
RowPowers row_powers(const float* x, std::span<double> powers);

}  // namespace lithe
